import { diagnose, type Finding } from "../upstream/index.ts";
import { isEmbedded } from "../upstream/reference.ts";
import { diagnoseEmbedded } from "./doctor-embedded.ts";
import { findingLines, summaryLine } from "./doctor-lines.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { catchInterrupts } from "./interrupt.ts";
import { withJsonErrors } from "./json-errors.ts";
import { modelReference } from "./model-reference.ts";
import { paintFor } from "./view/paint.ts";

export interface DoctorFlags {
  baseUrl?: string;
  json?: boolean;
  /** Milliseconds. */
  timeout?: number;
}

/** `pacore doctor`: findings as they come. A failed check is exit code 1. */
export function doctorCommand(model: string | undefined, flags: DoctorFlags): Promise<ExitCode> {
  const { baseUrl, json, timeout } = flags;
  return withJsonErrors(json, async () => {
    const reference = modelReference({
      ...(model !== undefined && { model }),
      ...(baseUrl !== undefined && { baseUrl }),
    });
    using interrupt = catchInterrupts();
    const paint = paintFor(process.stdout);
    const print = (line: string) => process.stdout.write(`${line}\n`);
    const findings: Finding[] = [];
    const options = { abortSignal: interrupt.signal, ...(timeout !== undefined && { timeoutMs: timeout }) };
    if (!json) print(paint("bold", reference));
    const checks = isEmbedded(reference)
      ? diagnoseEmbedded(reference, interrupt.signal)
      : diagnose(reference, options);
    for await (const finding of checks) {
      findings.push(finding);
      if (json) print(JSON.stringify(finding));
      else for (const line of findingLines(finding, paint)) print(line);
    }
    interrupt.signal.throwIfAborted();
    if (!json) print(summaryLine(findings));
    const failed = findings.filter(({ status }) => status === "fail").map(({ check }) => check);
    if (failed.length === 0) return EXIT.answered;
    return failed.includes("reference") ? EXIT.badInput : EXIT.failed;
  });
}
