import type { ExitCode } from "./exit-codes.ts";
import { errorRecord } from "./explain-error.ts";

/** With `--json` whatever goes wrong before a run begins is a line of JSON on stdout too. */
export async function withJsonErrors(
  json: boolean | undefined,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (!json) throw error;
    const record = errorRecord(error);
    process.stdout.write(`${JSON.stringify(record)}\n`);
    return record.exitCode;
  }
}
