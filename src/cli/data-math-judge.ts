import { writeFile } from "node:fs/promises";
import { parseFieldMap } from "../data/field-map.ts";
import { problemReader, readRows } from "../data/load.ts";
import { judgeProblems } from "../data/math-judge/judge-problems.ts";
import { type JudgeReport, judgeReportText } from "../data/math-judge/judge-report.ts";
import { labelIn, readLabels } from "../data/math-judge/labels.ts";
import type { Problem } from "../data/problem.ts";
import { isRejected, type Rejected } from "../data/rows.ts";
import { QUALITY_CHECKS, qualityIssue } from "../train/pool/quality.ts";
import { askingOptions, checkOut } from "./asking-options.ts";
import type { MathJudgeFlags } from "./data-flags.ts";
import { rejectionLines } from "./eval-data.ts";
import { catchEvalInterrupts } from "./eval-interrupt.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { ProgressLine } from "./progress-line.ts";
import { shortCount } from "./view/figures.ts";

const tell = (line: string) => void process.stderr.write(`${line}\n`);
const print = (record: object) => void process.stdout.write(`${JSON.stringify(record)}\n`);

/** `pacore data math-judge` */
export async function dataMathJudge(source: string, flags: MathJudgeFlags): Promise<ExitCode> {
  using interrupt = catchEvalInterrupts(tell);
  const { out, votes, agree, unparsable, rules } = flags;
  checkOut(source, out);
  if (flags.labels !== undefined && flags.labelField !== undefined)
    throw new InputError("--labels: leave it out beside --label-field; labels come from one place.");
  const labels = flags.labels === undefined ? undefined : await readLabels(flags.labels);
  const reading = new Reading(source, flags, labels);
  const asking = await askingOptions(flags, interrupt);
  const progress = flags.json || flags.quiet ? undefined : new ProgressLine(process.stderr);
  let report: JudgeReport;
  try {
    report = await judgeProblems({
      ...asking,
      problems: reading.problems(),
      out,
      votesOut: `${out}.votes.jsonl`,
      votes,
      agree,
      unparsable,
      ...(rules && { rule: ruleOf }),
      onProgress: (now) => {
        if (flags.json) print({ type: "progress", ...now });
        else
          progress?.show(() => `${now.ended} problems, ${now.kept} kept, ${shortCount(now.tokens)} tokens`);
      },
    });
  } finally {
    progress?.close();
    for (const line of rejectionLines(reading)) tell(line);
  }
  const { rejected, unlabelled } = reading;
  await writeFile(`${out}.report.json`, `${JSON.stringify({ ...report, unreadable: rejected }, null, 1)}\n`);
  await writeFile(`${out}.report.txt`, judgeReportText(report));
  if (unlabelled > 0) tell(`Without a label: ${unlabelled} problems; they are in no figure.`);
  if (flags.json) print({ type: "summary", ...report, out });
  else process.stdout.write(`${judgeReportText(report)}${out}\n${out}.votes.jsonl\n${out}.report.json\n`);
  if (report.end === "interrupted") return EXIT.interrupted;
  const incomplete = report.end === "budget" || report.undecided.length > 0 || rejected.length > 0;
  return incomplete ? EXIT.incomplete : EXIT.answered;
}

const EVERY_CHECK = new Set(QUALITY_CHECKS);

function ruleOf(problem: Problem): string | undefined {
  const issue = qualityIssue(problem, EVERY_CHECK);
  return issue && `${issue.reason}: ${issue.detail}`;
}

/** A data set as it is read, one problem in memory at a time, and what was no problem. */
class Reading {
  readonly rejected: Rejected[] = [];
  skipped = 0;
  unlabelled = 0;
  readonly #source: string;
  readonly #flags: MathJudgeFlags;
  readonly #labels: ReadonlyMap<string, boolean> | undefined;

  constructor(source: string, flags: MathJudgeFlags, labels: ReadonlyMap<string, boolean> | undefined) {
    this.#source = source;
    this.#flags = flags;
    this.#labels = labels;
  }

  async *problems(): AsyncGenerator<{ problem: Problem; label?: boolean | undefined }> {
    const { map, format, limit = Number.POSITIVE_INFINITY, labelField } = this.#flags;
    const read = problemReader({
      ...(map.length > 0 && { map: parseFieldMap(map) }),
      ...(format !== undefined && { format }),
    });
    const ids = new Set<string>();
    for await (const row of readRows(this.#source)) {
      if (ids.size >= limit) return;
      if (isRejected(row)) {
        this.rejected.push(row);
        continue;
      }
      try {
        const problem = read(row);
        if (!problem) {
          this.skipped++;
          continue;
        }
        if (ids.has(problem.id)) throw new Error(`has the id ${problem.id}, as a line before`);
        const label =
          labelField === undefined ? this.#labels?.get(problem.id) : labelIn(row.value, labelField);
        ids.add(problem.id);
        if (label === undefined && (labelField ?? this.#labels) !== undefined) this.unlabelled++;
        yield { problem, label };
      } catch (error) {
        this.rejected.push({ file: row.file, line: row.line, reason: (error as Error).message });
      }
    }
  }
}
