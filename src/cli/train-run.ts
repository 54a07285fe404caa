import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Semaphore } from "../core/semaphore.ts";
import { gradeOnce } from "../data/grade.ts";
import { checkKinds, graderFor } from "../data/grader.ts";
import type { Problem } from "../data/problem.ts";
import type { TrainingEngine } from "../train/engine.ts";
import type { ScoreMessage } from "../train/environment.ts";
import type { PoolEntry } from "../train/pool/pool-entry.ts";
import type { Recipe } from "../train/recipe.ts";
import type { TrainEvent } from "../train/train.ts";
import { codeGrader } from "./eval-code.ts";
import { loadData } from "./eval-data.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { catchInterrupts } from "./interrupt.ts";
import { quoted } from "./resume-hint.ts";
import { type RecipeFile, readRecipe } from "./train-recipe.ts";
import { trainView } from "./view/train-view.ts";

export interface TrainRunFlags {
  out: string;
  pool?: string;
  heldOut?: string;
  stage?: 1 | 2;
  set: string[];
  threads?: number;
  json?: boolean;
  print?: boolean;
  engine?: "embedded" | "openrlhf";
  dryRun?: boolean;
  printCommand?: boolean;
}

/** Verifiers that run at once: programs are not free. */
const GRADERS = 8;

/**
 * `pacore train RECIPE`: the curriculum, on the embedded engine or on a cluster. The same command goes on where it was
 * stopped.
 */
export async function trainCommand(name: string, flags: TrainRunFlags): Promise<ExitCode> {
  const file = await readRecipe(name, flags.set);
  const { recipe } = file;
  if (flags.print) return printRecipe(file);
  checkFlags(flags);
  const source = flags.pool ?? recipe.pool;
  if (source === undefined) throw new InputError(NO_POOL);
  const pool = await readEntries(source);
  const heldOut = await heldOutProblems(flags.heldOut ?? recipe.heldOut, recipe.evaluationProblems);
  if (flags.dryRun) {
    const { dryRunOpenRlhf } = await import("./train-openrlhf.ts");
    const print = (text: string) => process.stdout.write(text);
    await dryRunOpenRlhf({ file, pool, heldOut, out: flags.out, print });
    return EXIT.answered;
  }
  const problems = [...pool.map(({ problem }) => problem), ...heldOut];
  using interrupt = catchInterrupts();
  await using opened = await openEngine(file, flags, problems);
  const { train, measureWorklist, partsCovered } = await import("../train/index.ts");
  const events = train({
    recipe,
    engine: opened.engine,
    pool,
    out: flags.out,
    score: await scorer(problems, interrupt.signal),
    ...(problems.every(({ kind }) => kind === "worklist") && {
      measure: measureWorklist,
      coverage: partsCovered,
    }),
    heldOut,
    ...(flags.stage && { stages: [flags.stage] }),
    signal: interrupt.signal,
  });
  return await showTraining(events, { name, recipe, flags, signal: interrupt.signal });
}

async function printRecipe(file: RecipeFile): Promise<ExitCode> {
  process.stdout.write((await import("../train/recipe-yaml.ts")).recipeYaml(file.recipe));
  if (Object.keys(file.cluster).length > 0)
    process.stdout.write((await import("./train-openrlhf.ts")).clusterText(file));
  return EXIT.answered;
}

function checkFlags({ engine = "embedded", dryRun, printCommand, threads }: TrainRunFlags): void {
  if (engine === "embedded" && (dryRun || printCommand))
    throw new InputError(`${dryRun ? "--dry-run" : "--print-command"} is for --engine openrlhf.`);
  if (engine === "openrlhf" && threads !== undefined)
    throw new InputError(
      "--threads is for the embedded engine; cluster.nodes and the like say what OpenRLHF has.",
    );
  if (dryRun && printCommand) throw new InputError("Give --dry-run or --print-command, not both.");
}

interface OpenedEngine extends AsyncDisposable {
  engine: TrainingEngine;
}

async function openEngine(
  file: RecipeFile,
  { engine, threads, printCommand = false }: TrainRunFlags,
  problems: readonly Problem[],
): Promise<OpenedEngine> {
  if (engine === "openrlhf") {
    const { openRlhfTraining } = await import("./train-openrlhf.ts");
    const { rewardsOver } = await import("./start-rewards.ts");
    const rewards = await rewardsOver(problems);
    return {
      engine: openRlhfTraining({ file, rewards, printCommand }),
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const { embeddedEngine, threadedCompute } = await import("../train/index.ts");
  const compute = threadedCompute(threads === undefined ? {} : { threads });
  return {
    engine: embeddedEngine({ compute }),
    [Symbol.asyncDispose]: async () => {
      await compute.dispose();
    },
  };
}

interface ShowOptions {
  name: string;
  recipe: Recipe;
  flags: TrainRunFlags;
  signal: AbortSignal;
}

async function showTraining(
  events: AsyncIterable<TrainEvent>,
  { name, recipe, flags, signal }: ShowOptions,
): Promise<ExitCode> {
  const { RECIPE_SOURCES, writeRunPage } = await import("../train/index.ts");
  const plan = { ...recipe, ...(flags.stage && { stages: [flags.stage] }) };
  const view = trainView({
    json: flags.json ?? false,
    recipe: plan,
    ...(flags.printCommand && { stream: process.stderr }),
  });
  let finished = false;
  let begun = false;
  try {
    let first = true;
    for await (const event of events) {
      if (first) await writeFile(join(flags.out, "recipe.json"), recipeFile(recipe, RECIPE_SOURCES));
      first = false;
      view.show(event);
      begun ||= event.type === "begin";
      finished = event.type === "end";
    }
  } catch (error) {
    if (flags.printCommand && (error as Error).name === "ElsewhereError") return EXIT.answered;
    throw signal.aborted ? signal.reason : error;
  } finally {
    view.close();
    if (begun && !finished) process.stderr.write(`go on with: ${resumeHint(name, flags)}\n`);
  }
  if (!flags.json) process.stdout.write(`report: ${await writeRunPage(flags.out)}\n`);
  return EXIT.answered;
}

const NO_POOL =
  "--pool: a pool of verified messages is missing; build one with `pacore pool build worklist:1200:7 " +
  "--model embedded:models/embedded-start --out runs/pool.jsonl`, then name it.";

const recipeFile = (recipe: object, sources: object) => `${JSON.stringify({ recipe, sources }, null, 2)}\n`;

async function readEntries(path: string): Promise<PoolEntry[]> {
  const { readPool } = await import("../train/index.ts");
  if (!existsSync(path))
    throw new InputError(`--pool: there is no file ${path}; pacore pool build makes one.`);
  const entries: PoolEntry[] = [];
  let rejected = 0;
  const onRejected = ({ file, line, reason }: { file: string; line: number; reason: string }) => {
    rejected += 1;
    if (rejected <= 10) process.stderr.write(`${file}:${line}: ${reason}\n`);
  };
  for await (const entry of readPool(path, { onRejected })) entries.push(entry);
  if (rejected > 0) process.stderr.write(`Left out of the pool: ${rejected}.\n`);
  if (entries.length === 0) throw new InputError(`${path} has no problem with messages.`);
  return entries;
}

async function heldOutProblems(source: string | undefined, limit: number): Promise<Problem[]> {
  if (source === undefined) return [];
  const { problems } = await loadData(source, { map: [], limit });
  return problems.slice(0, limit);
}

/** Grades by kind of problem; what cannot be graded is null. */
async function scorer(problems: readonly Problem[], signal: AbortSignal): Promise<ScoreMessage> {
  const code = await codeGrader(problems);
  checkKinds(problems, { code });
  const gate = new Semaphore(GRADERS);
  const graders = new Map<string, ReturnType<typeof gradeOnce>>();
  return async (problem, message) => {
    let grade = graders.get(problem.id);
    if (!grade) {
      grade = gradeOnce(graderFor(problem, { code }), gate);
      graders.set(problem.id, grade);
    }
    return (await grade(message, signal)).value;
  };
}

function resumeHint(name: string, { out, pool, heldOut, stage, set, engine }: TrainRunFlags): string {
  const flag = (option: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${option} ${typeof value === "number" ? value : quoted(value)}`];
  return [
    `pacore train ${quoted(name)}`,
    ...flag("engine", engine === "embedded" ? undefined : engine),
    ...flag("out", out),
    ...flag("pool", pool),
    ...flag("held-out", heldOut),
    ...flag("stage", stage),
    ...set.flatMap((setting) => flag("set", setting)),
  ].join(" ");
}
