import { EXIT, type ExitCode } from "./exit-codes.ts";

/** `pacore train report`: the page of a run, finished or not. */
export async function trainReportCommand(folder: string, { out }: { out?: string }): Promise<ExitCode> {
  const { writeRunPage } = await import("../train/metrics/write-run-page.ts");
  process.stdout.write(`${await writeRunPage(folder, out === undefined ? {} : { out })}\n`);
  return EXIT.answered;
}
