import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ScriptedModel, scriptedModel } from "../testing/scripted-model.ts";
import type { StageEvent, StagePlan, TrainingEngine } from "./engine.ts";
import { exampleEvaluation, exampleIteration } from "./metrics/example-metrics.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";
import { parseRecipe } from "./recipe.ts";
import { type TrainEvent, type TrainOptions, train } from "./train.ts";

const recipe = parseRecipe({
  messagesMin: 2,
  messagesMax: 3,
  stage1Iterations: 3,
  stage2Iterations: 2,
  stage2Samples: 4,
  checkpointEvery: 2,
  start: "start-model",
});

/** Right messages of four, by problem: p0 and p5 are never or too often right. */
const RIGHT = [0, 1, 1, 1, 1, 2];
const pool = RIGHT.map((right, p): PoolEntry => {
  const messages = Array.from({ length: 4 }, (_, i) => ({ text: `m${i}`, score: i < right ? 1 : 0 }));
  return { problem: { id: `p${p}`, prompt: `problem ${p}`, kind: "math" }, messages };
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pacore-train-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Syntheses of p1 and p3 are right every other time, of p2 always, of p4 never. */
function synthesiser(): ScriptedModel {
  const calls = new Map<string, number>();
  return scriptedModel(({ prompt }) => {
    const [, p = ""] = /problem (\d)/.exec(JSON.stringify(prompt)) ?? [];
    const number = calls.get(p) ?? 0;
    calls.set(p, number + 1);
    return { 1: `${number % 2}`, 2: "1", 3: `${number % 2}`, 4: "0" }[p] as string;
  });
}

interface ScriptedEngine extends TrainingEngine {
  plans: StagePlan[];
  served: string[];
  model: ScriptedModel;
}

/** Learns nothing, and keeps what an engine keeps: how far it is, at every second iteration and the last. */
function scriptedEngine(): ScriptedEngine {
  const [plans, served, model] = [[] as StagePlan[], [] as string[], synthesiser()];
  async function* trainStage(plan: StagePlan): AsyncGenerator<StageEvent, string, undefined> {
    plans.push(plan);
    await mkdir(plan.out, { recursive: true });
    const path = join(plan.out, "iteration");
    let done = Number(await readFile(path, "utf8").catch(() => 0));
    const at = () => ({ stage: plan.stage, iteration: plan.iterationsBefore + done });
    yield { type: "begin", ...at() };
    if (at().iteration === 0) yield { type: "evaluation", metrics: exampleEvaluation(0) };
    while (done < plan.iterations) {
      plan.signal.throwIfAborted();
      done += 1;
      const { stage, iteration } = at();
      yield { type: "iteration", metrics: exampleIteration(iteration, { stage }) };
      if (done % plan.recipe.checkpointEvery !== 0 && done < plan.iterations) continue;
      await writeFile(path, String(done));
      yield { type: "checkpoint", ...at(), path: plan.out };
    }
    return plan.out;
  }
  const serve = async (checkpoint: string) => {
    served.push(checkpoint);
    return model;
  };
  return { name: "scripted", defaultStart: "shipped", trainStage, serve, plans, served, model };
}

const options = (out: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
  recipe,
  engine: scriptedEngine(),
  pool,
  out,
  score: async (_, message) => Number(message),
  ...more,
});

async function run(given: TrainOptions, stopAfter = Number.POSITIVE_INFINITY): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(given)) {
    events.push(event);
    if (events.length >= stopAfter) break;
  }
  return events;
}

const lines = async (out: string, file: string) =>
  (await readFile(join(out, file), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const idsOf = ({ environment }: StagePlan) => environment.options.entries.map(({ problem: { id } }) => id);

test("the curriculum: filter, stage 1, measure with its checkpoint, filter, stage 2", async () => {
  const out = await folder();
  const engine = scriptedEngine();
  const events = await run(options(out, { engine }));
  expect(events.map(({ type }) => type).join(" ")).toBe(
    "stage begin evaluation iteration iteration checkpoint iteration checkpoint " +
      "measure measure measure measure stage begin iteration iteration checkpoint end",
  );
  const [first, second] = engine.plans as [StagePlan, StagePlan];
  expect(idsOf(first)).toEqual(["p1", "p2", "p3", "p4"]);
  expect(first).toMatchObject({ stage: 1, iterations: 3, iterationsBefore: 0, from: "start-model" });
  expect(engine.served).toEqual([first.out]);
  expect(idsOf(second)).toEqual(["p1", "p3"]);
  expect(second).toMatchObject({ stage: 2, iterations: 2, iterationsBefore: 3, from: first.out });
  expect(events.at(-1)).toEqual({ type: "end", checkpoint: second.out });
  expect(await lines(out, "stage-2-scores.jsonl")).toEqual([
    { id: "p1", synthesisAccuracy: 0.5, samples: 4 },
    { id: "p2", synthesisAccuracy: 1, samples: 4 },
    { id: "p3", synthesisAccuracy: 0.5, samples: 4 },
    { id: "p4", synthesisAccuracy: 0, samples: 4 },
  ]);
  expect(events[0]).toEqual({ type: "stage", stage: 1, iterations: 3, problems: 4, of: 6 });
  expect(events[12]).toEqual({ type: "stage", stage: 2, iterations: 2, problems: 2, of: 4 });
});

test("wherever it is stopped, the same call goes on, and every iteration is logged once", async () => {
  const wanted = await folder();
  const { length } = await run(options(wanted));
  for (let stop = 1; stop < length; stop++) {
    const out = await folder();
    await run(options(out), stop);
    const events = await run(options(out));
    expect(events.at(-1)?.type).toBe("end");
    for (const file of ["metrics.jsonl", "stage-2-scores.jsonl"])
      expect(await lines(out, file)).toEqual(await lines(wanted, file));
  }
});

test("a run that is over only says so", async () => {
  const out = await folder();
  await run(options(out));
  const engine = scriptedEngine();
  const events = await run(options(out, { engine }));
  expect(events.map(({ type }) => type)).toEqual(["stage", "begin", "stage", "begin", "end"]);
  expect(engine.model.calls).toEqual([]);
  expect(await lines(out, "metrics.jsonl")).toHaveLength(5);
});

test("a score that a kill tore is measured again, and the lines around it stay whole", async () => {
  const out = await folder();
  await run(options(out));
  const path = join(out, "stage-2-scores.jsonl");
  const whole = await readFile(path, "utf8");
  const engine = scriptedEngine();
  await writeFile(path, whole.slice(0, -9));
  await run(options(out, { engine }));
  expect(await readFile(path, "utf8")).toBe(whole);
  expect(engine.model.calls).toHaveLength(4);
});

test("held-out problems must not be in the pool, whether text or chat", async () => {
  const heldOut = [
    { id: "new", prompt: "another problem", kind: "math" as const },
    { id: "old", prompt: [{ role: "user" as const, content: "problem 5" }], kind: "math" as const },
  ];
  const out = await folder();
  await expect(run(options(out, { heldOut }))).rejects.toThrow(
    "heldOut: 1 held-out problems are in the pool, old first.",
  );
  const engine = scriptedEngine();
  await run(options(out, { engine, heldOut: heldOut.slice(0, 1) }));
  expect(engine.plans[0]?.heldOut).toEqual(heldOut.slice(0, 1));
});

test("one stage at a time: stage 2 alone goes on from a finished stage 1, and without one says what to do", async () => {
  const out = await folder();
  const alone = (stages: (1 | 2)[]) => run(options(out, { stages }));
  await expect(alone([2])).rejects.toThrow("0 of the 3 iterations of stage 1; train stage 1 first");
  await run(options(out, { stages: [1] }), 6);
  await expect(alone([2])).rejects.toThrow("2 of the 3 iterations of stage 1; train stage 1 first");
  // The metrics are all there, and the checkpoint that they are of is not.
  const begun = await run(options(out, { stages: [1] }), 3);
  expect(begun.at(-1)).toMatchObject({ type: "iteration", metrics: { iteration: 3 } });
  await expect(alone([2])).rejects.toThrow("no last checkpoint of stage 1; train stage 1 to its end first");
  expect((await alone([1])).at(-1)).toEqual({ type: "end", checkpoint: join(out, "stage-1") });
  expect((await alone([2])).at(-1)).toEqual({ type: "end", checkpoint: join(out, "stage-2") });
  expect((await lines(out, "metrics.jsonl")).map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5]);
});

test("without iterations of stage 2 nothing is measured for it", async () => {
  const engine = scriptedEngine();
  const events = await run(options(await folder(), { engine, recipe: { ...recipe, stage2Iterations: 0 } }));
  expect(engine.served).toEqual([]);
  expect(events.at(-1)).toMatchObject({ type: "end" });
});

test("a filter that leaves nothing to train on says what to do", async () => {
  const none = options(await folder(), { pool: pool.slice(0, 1) });
  await expect(run(none)).rejects.toThrow("pool: no problem is left to train on");
  const solved = options(await folder(), { pool: pool.slice(2, 3) });
  await expect(run(solved)).rejects.toThrow("pool: no problem is left to train on");
});

test("a recipe that names no start begins with the engine's own", async () => {
  const engine = scriptedEngine();
  const { start: _, ...rest } = recipe;
  await run(options(await folder(), { engine, recipe: rest, stages: [1] }));
  expect(engine.plans[0]?.from).toBe("shipped");
});

test("an abort ends the run with its reason, and what was logged stays readable", async () => {
  const controller = new AbortController();
  const out = await folder();
  const reason = new Error("enough");
  const events = async () => {
    for await (const { type } of train(options(out, { signal: controller.signal })))
      if (type === "checkpoint") controller.abort(reason);
  };
  await expect(events()).rejects.toBe(reason);
  await appendFile(join(out, "metrics.jsonl"), '{"torn":');
  await run(options(out));
  expect((await lines(out, "metrics.jsonl")).map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5]);
});
