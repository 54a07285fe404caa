import { writeFile } from "node:fs/promises";
import { type BuildProgress, buildCodeTests } from "../data/code-tests/build-code-tests.ts";
import { CODE_FIELDS, codeSourceReader } from "../data/code-tests/code-source.ts";
import { type CodeTestReport, reportText } from "../data/code-tests/report.ts";
import { readCodeTestSettings } from "../data/code-tests/settings.ts";
import { parseFieldMap } from "../data/field-map.ts";
import { readRows } from "../data/load.ts";
import { openRunner } from "../verify/code/open-runner.ts";
import { askingOptions, checkOut } from "./asking-options.ts";
import type { CodeFlags } from "./data-flags.ts";
import { rejectionLines } from "./eval-data.ts";
import { catchEvalInterrupts } from "./eval-interrupt.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { ProgressLine } from "./progress-line.ts";
import { shortCount } from "./view/figures.ts";

const tell = (line: string) => void process.stderr.write(`${line}\n`);
const print = (record: object) => void process.stdout.write(`${JSON.stringify(record)}\n`);

/** `pacore data code` */
export async function dataCode(source: string, flags: CodeFlags): Promise<ExitCode> {
  using interrupt = catchEvalInterrupts(tell);
  const { map, format, limit, out } = flags;
  checkOut(source, out);
  const settings = readCodeTestSettings({ ...settingsOf(flags), seed: flags.seed });
  const read = codeSourceReader({
    ...(map.length > 0 && { map: parseFieldMap(map, CODE_FIELDS) }),
    format,
  });
  const asking = await askingOptions(flags, interrupt);
  await using runner = await sandbox();
  const progress = flags.json || flags.quiet ? undefined : new ProgressLine(process.stderr);
  let report: CodeTestReport;
  try {
    report = await buildCodeTests({
      ...asking,
      rows: () => readRows(source),
      read,
      limit,
      out,
      runner: runner.runner,
      settings,
      onProgress: (now) =>
        flags.json ? print({ type: "progress", ...now }) : progress?.show(() => progressText(now)),
    });
  } finally {
    progress?.close();
  }
  await writeReports(out, report);
  for (const line of rejectionLines({ rejected: report.unreadable, skipped: 0 })) tell(line);
  const { verdicts: _, ...summary } = report;
  if (flags.json) print({ type: "summary", ...summary, out });
  else process.stdout.write(`${reportText(report)}${out}\n${out}.report.json\n`);
  return codeOf(report);
}

async function sandbox() {
  const runner = await openRunner();
  return { runner, [Symbol.asyncDispose]: () => runner.close() };
}

const settingsOf = ({
  inputs,
  rounds,
  minTests,
  oracles,
  maxDisagree,
  minTpr,
  minTnr,
  minBad,
  mostGood,
  mostBad,
  maxInputBytes,
  maxOutputBytes,
  maxTestBytes,
  timeMs,
  checker,
}: CodeFlags) => ({
  inputs,
  rounds,
  minTests,
  oracles,
  maxDisagree,
  minTpr,
  minTnr,
  minBad,
  mostGood,
  mostBad,
  maxInputBytes,
  maxOutputBytes,
  maxTestBytes,
  timeMs,
  checker,
});

function progressText({ ended, kept, failed, tokens, money }: BuildProgress): string {
  const lost = failed > 0 ? `, ${failed} failed` : "";
  const paid = money === undefined ? "" : `, money ${money.toPrecision(3)}`;
  return `${ended} problems, ${kept} kept${lost}, ${shortCount(tokens)} tokens${paid}`;
}

async function writeReports(out: string, report: CodeTestReport): Promise<void> {
  await writeFile(`${out}.report.json`, `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(`${out}.report.txt`, reportText(report));
}

function codeOf({ end, missing, unreadable }: CodeTestReport): ExitCode {
  if (end === "interrupted") return EXIT.interrupted;
  return end === "budget" || missing.length > 0 || unreadable.length > 0 ? EXIT.incomplete : EXIT.answered;
}
