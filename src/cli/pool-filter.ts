import { loadProblems } from "../data/load.ts";
import {
  type Check,
  Decontamination,
  type FilterFigures,
  filterPool,
  QUALITY_CHECKS,
  type QualityCheck,
  qualityJudge,
  readSynthesisScores,
  stage1Checks,
  stage2Check,
} from "../train/pool/index.ts";
import { resolveModel } from "../upstream/resolve.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { existingPool } from "./pool-argument.ts";
import type { PoolFilterFlags } from "./pool-flags.ts";
import { ProgressLine } from "./progress-line.ts";

const tell = (line: string) => void process.stderr.write(`${line}\n`);

/** `pacore pool filter` */
export async function poolFilter(path: string, flags: PoolFilterFlags): Promise<ExitCode> {
  const { out, json, quiet, judgeModel } = flags;
  const dropped = flags.dropped ?? out.replace(/(?:\.jsonl)?$/, ".dropped.jsonl");
  const pool = await existingPool(path);
  const { checks, decontamination } = flags.stage === "2" ? await stage2(flags) : await stage1(flags);
  const progress = json || quiet ? undefined : new ProgressLine(process.stderr);
  let figures: FilterFigures;
  try {
    figures = await filterPool(pool, {
      checks,
      out,
      dropped,
      concurrency: judgeModel === undefined ? 1 : flags.concurrency,
      onProgress: ({ read, kept }) => progress?.show(() => `${read} problems, ${kept} kept`),
    });
  } finally {
    progress?.close();
  }
  const against = decontamination?.figures;
  if (json) print({ type: "summary", ...figures, ...(against && { against }), out, droppedFile: dropped });
  else process.stdout.write(`${summaryLines(figures, decontamination).join("\n")}\n${out}\n${dropped}\n`);
  return figures.dropped.unreadable ? EXIT.incomplete : EXIT.answered;
}

const print = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);

interface Plan {
  checks: Check[];
  decontamination?: Decontamination | undefined;
}

async function stage1(flags: PoolFilterFlags): Promise<Plan> {
  if (flags.scores !== undefined) throw new InputError("--scores: belongs to --stage 2.");
  const { below, belowCode, above, minMessages, judgeModel, judgeVotes: votes } = flags;
  const given = { below, belowCode, above, minMessages };
  const bounds = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const quality = qualityOf(flags.allow);
  const decontamination = await decontaminationOf(flags);
  const judge =
    judgeModel === undefined ? undefined : qualityJudge(await resolveModel(judgeModel), { votes });
  return { checks: stage1Checks({ ...bounds, quality, decontamination, judge }), decontamination };
}

async function stage2({ scores: path }: PoolFilterFlags): Promise<Plan> {
  if (path === undefined)
    throw new InputError("--stage 2: needs --scores, as a stage-1 checkpoint was measured.");
  const scores = await readSynthesisScores(path, {
    onRejected: ({ file, line, reason }) => tell(`${file}:${line}: ${reason}`),
  }).catch((cause: unknown) => {
    throw new InputError(`--scores: ${(cause as Error).message}.`, { cause });
  });
  return { checks: [stage2Check(scores)] };
}

function qualityOf(allow: readonly string[]): QualityCheck[] {
  const known: readonly string[] = [...QUALITY_CHECKS, "all"];
  const unknown = allow.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InputError(`--allow: "${unknown}" is none of ${known.join(", ")}.`);
  return allow.includes("all") ? [] : QUALITY_CHECKS.filter((check) => !allow.includes(check));
}

async function decontaminationOf({
  against,
  ngram,
  maskDigits,
}: PoolFilterFlags): Promise<Decontamination | undefined> {
  if (against.length === 0) return undefined;
  const sets = new Decontamination({ ...(ngram !== undefined && { ngram }), maskDigits });
  for (const source of against) {
    const { problems, rejected } = await loadProblems(source);
    if (problems.length === 0) throw new InputError(`--against: ${source} has no problem.`);
    if (rejected.length > 0)
      tell(`${source}: ${rejected.length} lines are no problems, and are not compared.`);
    sets.add(problems, source);
  }
  return sets;
}

function summaryLines({ read, kept, dropped }: FilterFigures, sets: Decontamination | undefined): string[] {
  const lines = [`${kept} of ${read} problems kept`];
  const counts = Object.entries(dropped).sort(([, a], [, b]) => b - a);
  const width = Math.max(0, ...counts.map(([, count]) => `${count}`.length));
  for (const [reason, count] of counts) lines.push(`${`${count}`.padStart(width)} ${reason}`);
  if (sets) {
    const { problems, ngrams, boilerplate } = sets.figures;
    lines.push(
      `compared with ${problems} evaluation problems, ${ngrams} runs of words (${boilerplate} more are boilerplate)`,
    );
  }
  return lines;
}
