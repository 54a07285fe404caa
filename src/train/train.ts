import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "../data/problem.ts";
import { toPrompt } from "../data/to-prompt.ts";
import { InvalidOptionError } from "../errors.ts";
import type { StageEvent, TrainingEngine } from "./engine.ts";
import { type DomainMeasure, type ScoreMessage, SynthesisEnvironment } from "./environment.ts";
import type { Instance } from "./instance.ts";
import { metricsFiles, readMetricsFile } from "./metrics/metrics-files.ts";
import { openRunLog, type RunLog } from "./metrics/run-log.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";
import type { Recipe } from "./recipe.ts";
import { keepForStage1, keepForStage2 } from "./stage-filters.ts";
import { measureSynthesis, type SynthesisScore } from "./synthesis-accuracy.ts";

export interface TrainOptions {
  recipe: Recipe;
  engine: TrainingEngine;
  /** The verified message pool. */
  pool: readonly PoolEntry[];
  /** Folder of the run; what is there already is gone on from. */
  out: string;
  score: ScoreMessage;
  /** What the domain shows of a response beyond right and wrong. */
  measure?: (instance: Instance, text: string) => DomainMeasure;
  coverage?: (problem: Problem, texts: readonly string[]) => number;
  /** Held-out problems; none of them may be in the pool. */
  heldOut?: readonly Problem[];
  /** Default: both. Stage 2 alone needs a finished stage 1 in `out`. */
  stages?: readonly (1 | 2)[];
  signal?: AbortSignal;
}

export type TrainEvent =
  | { type: "stage"; stage: number; iterations: number; problems: number; of: number }
  | { type: "measure"; done: number; problems: number }
  | StageEvent
  /** `checkpoint` is the run's last; the best by evaluation, where there were any, is in its folder `best`. */
  | { type: "end"; checkpoint: string };

/**
 * The two-stage curriculum (§3.1). Stage 1 trains on the problems that the initial model's messages seldom get right;
 * its checkpoint then measures how often syntheses of each are right, and stage 2 trains where that is neither never
 * nor always.
 *
 * Everything is on disk before its event is seen; the same call goes on where an earlier one was killed.
 * @throws {InvalidOptionError} if a filter leaves nothing, or held-out problems are in the pool.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent> {
  const { recipe, engine, out, pool, stages = [1, 2] } = options;
  await mkdir(out, { recursive: true });
  checkHeldOut(options);
  const first = pool.filter((entry) => keepForStage1(entry, recipe));
  let checkpoint = join(out, "stage-1");
  if (stages.includes(1)) {
    yield {
      type: "stage",
      stage: 1,
      iterations: recipe.stage1Iterations,
      problems: first.length,
      of: pool.length,
    };
    checkpoint = yield* trainStage(options, 1, first, recipe.start ?? engine.defaultStart);
    await writeFile(finishedFile(out), `${JSON.stringify({ checkpoint })}\n`);
  } else await checkStage1(options);
  if (stages.includes(2) && recipe.stage2Iterations > 0) {
    const scores = yield* measureStage(options, first, checkpoint);
    const second = keepForStage2(first, scores);
    yield {
      type: "stage",
      stage: 2,
      iterations: recipe.stage2Iterations,
      problems: second.length,
      of: first.length,
    };
    checkpoint = yield* trainStage(options, 2, second, checkpoint);
  }
  yield { type: "end", checkpoint };
}

/** One stage: its events pass through the log. @returns Its last checkpoint. */
async function* trainStage(
  options: TrainOptions,
  stage: 1 | 2,
  entries: readonly PoolEntry[],
  from: string,
): AsyncGenerator<StageEvent, string> {
  const {
    recipe,
    engine,
    out,
    score,
    measure,
    coverage,
    heldOut = [],
    signal = new AbortController().signal,
  } = options;
  const environment = new SynthesisEnvironment({
    ...recipe,
    entries,
    score,
    ...(measure && { measure }),
    ...(coverage && { coverage }),
  });
  const before = stage === 1 ? 0 : recipe.stage1Iterations;
  const iterations = stage === 1 ? recipe.stage1Iterations : recipe.stage2Iterations;
  const plan = { stage, iterations, iterationsBefore: before, recipe, environment, from, heldOut, signal };
  const events = engine.trainStage({ ...plan, out: join(out, `stage-${stage}`) });
  let log: RunLog | undefined;
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      if (value.type === "begin") {
        await log?.close();
        log = await openRunLog({ folder: out, after: value.iteration });
      }
      if (value.type === "iteration") await log?.addIteration(value.metrics);
      if (value.type === "evaluation") await log?.addEvaluation(value.metrics);
      yield value;
    }
  } finally {
    await events.return("");
    await log?.close();
  }
}

/** Measure what stage 2 is chosen by; lines that are there already are not measured again. */
async function* measureStage(
  { recipe, engine, out, score, signal = new AbortController().signal }: TrainOptions,
  entries: readonly PoolEntry[],
  checkpoint: string,
): AsyncGenerator<TrainEvent, SynthesisScore[]> {
  const path = join(out, "stage-2-scores.jsonl");
  const scores = await readScores(path);
  const known = new Set(scores.map(({ id }) => id));
  const rest = entries.filter(({ problem }) => !known.has(problem.id));
  if (rest.length > 0) {
    const {
      messagesMin,
      messagesMax,
      stage2Samples: samples,
      seed,
      maxResponseTokens: maxOutputTokens,
    } = recipe;
    const model = await engine.serve(checkpoint, signal);
    const options = {
      model,
      entries: rest,
      samples,
      maxOutputTokens,
      seed,
      score,
      signal,
      messagesMin,
      messagesMax,
    };
    try {
      for await (const line of measureSynthesis(options)) {
        await appendFile(path, `${JSON.stringify(line)}\n`);
        scores.push(line);
        yield { type: "measure", done: scores.length, problems: entries.length };
      }
    } finally {
      await model[Symbol.asyncDispose]?.();
    }
  }
  return scores;
}

/** The scores of an earlier life. A torn last line is cut off, so that the next does not continue it. */
async function readScores(path: string): Promise<SynthesisScore[]> {
  if (!existsSync(path)) return [];
  const bytes = await readFile(path);
  const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
  if (whole.length < bytes.length) await truncate(path, whole.length);
  return String(whole)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as SynthesisScore);
}

/** Says that stage 1 is over. Its metrics alone do not: they are on disk before its last checkpoint is. */
const finishedFile = (out: string) => join(out, "stage-1.json");

/** @throws {InvalidOptionError} unless stage 1 was trained to its end in the run's folder. */
async function checkStage1({ out, recipe: { stage1Iterations } }: TrainOptions): Promise<void> {
  if (existsSync(finishedFile(out))) return;
  const lines = await readMetricsFile(metricsFiles(out).iterations);
  const done = lines.at(-1)?.record.iteration ?? 0;
  throw new InvalidOptionError(
    "stages",
    done < stage1Iterations
      ? `${out} has ${done} of the ${stage1Iterations} iterations of stage 1; train stage 1 first.`
      : `${out} has no last checkpoint of stage 1; train stage 1 to its end first.`,
  );
}

/** A problem that was trained on says nothing when it is evaluated on. */
function checkHeldOut({ pool, heldOut = [] }: TrainOptions): void {
  // A text and a chat of that one turn are the same problem.
  const asked = (problem: Problem) => JSON.stringify(toPrompt(problem));
  const trained = new Set(pool.map(({ problem }) => asked(problem)));
  const both = heldOut.filter((problem) => trained.has(asked(problem)));
  if (both.length > 0)
    throw new InvalidOptionError(
      "heldOut",
      `${both.length} held-out problems are in the pool, ${both[0]?.id} first.`,
    );
}
