import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallTalk, smallTalkEngine, writeSmallTalk } from "../../../test/support/small-talk.ts";
import { createExecutor } from "../../embedded/engine/executor.ts";
import { floatData } from "../../embedded/engine/host-tensor.ts";
import { loadPretrained } from "../../embedded/pretrained.ts";
import type { IterationMetrics } from "../metrics/iteration-metrics.ts";
import type { Recipe } from "../recipe.ts";
import { type TrainEvent, type TrainOptions, train } from "../train.ts";
import { localCompute, threadedCompute } from "./compute.ts";
import { NonFiniteError } from "./finite.ts";
import { loadTrainingState } from "./training-state.ts";

const compute = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
let folder: string;
let start: string;
/** A run that nothing disturbed. */
let undisturbed: string;

beforeAll(async () => {
  // A path with a space, and more than ASCII: what was once read from a URL's pathname.
  folder = await mkdtemp(join(tmpdir(), "pacore engine ü-"));
  start = await writeSmallTalk(join(folder, "start"));
  undisturbed = join(folder, "undisturbed");
  await run(undisturbed);
});
afterAll(async () => {
  await compute.dispose();
  await rm(folder, { recursive: true });
});

const WORKER = fileURLToPath(new URL("../../../test/support/small-talk-worker.ts", import.meta.url));

/** Train in `out` until the end, or until `isEnough`. */
async function run(
  out: string,
  recipe: Partial<Recipe> = {},
  {
    isEnough = () => false,
    ...more
  }: { isEnough?: (event: TrainEvent) => boolean } & Partial<TrainOptions> = {},
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train({ ...smallTalk(compute, { out, start, ...recipe }), ...more })) {
    events.push(event);
    if (isEnough(event)) break;
  }
  return events;
}

const iterationsOf = (events: readonly TrainEvent[]): IterationMetrics[] =>
  events.flatMap((event) => (event.type === "iteration" ? [event.metrics] : []));

/** Everything that must not depend on where a run was stopped. */
async function outcome(out: string) {
  const lines = async (file: string) =>
    (await readFile(join(out, file), "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => ({ ...JSON.parse(line), seconds: undefined }));
  const evaluations = new Map((await lines("evaluations.jsonl")).map((line) => [line.iteration, line]));
  const bytes = (file: string) => readFile(join(out, file), "base64");
  return {
    metrics: await lines("metrics.jsonl"),
    evaluations: [...evaluations.values()],
    states: await Promise.all(["stage-1", "stage-2"].map((stage) => bytes(`${stage}/training.safetensors`))),
    models: await Promise.all(
      ["stage-1", "stage-1/best", "stage-2", "stage-2/best"].map((path) =>
        bytes(`${path}/model.safetensors`),
      ),
    ),
  };
}

test("a run learns something, and logs all of its iterations", async () => {
  const { metrics, evaluations } = await outcome(undisturbed);
  expect(metrics.map(({ iteration, stage }) => [iteration, stage])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 2],
    [7, 2],
    [8, 2],
  ]);
  expect(evaluations.map(({ iteration }) => iteration)).toEqual([0, 2, 4, 5, 7, 8]);
  for (const { policyGradientNorm, valueGradientNorm, klToStart } of metrics) {
    expect(policyGradientNorm).toBeGreaterThan(0);
    expect(valueGradientNorm).toBeGreaterThan(0);
    expect(klToStart).toBeGreaterThanOrEqual(-1e-6);
  }
});

test("strictly on-policy: in every iteration the importance ratio before the step is 1, and nothing is clipped", async () => {
  const { metrics } = await outcome(undisturbed);
  // Seen: 6e-6.
  for (const { ratioMean, ratioMaxDeviation, clipFraction } of metrics) {
    expect(ratioMaxDeviation).toBeLessThan(1e-4);
    expect(Math.abs(ratioMean - 1)).toBeLessThan(1e-5);
    expect(clipFraction).toBe(0);
  }
});

test("stopped after any event and gone on with, it ends with the same metrics and weights, to the bit", async () => {
  const wanted = await outcome(undisturbed);
  const out = join(folder, "stopped");
  // Behind a checkpoint, before one, in an evaluation, in the second stage.
  for (const iteration of [3, 4, 5, 7]) {
    await run(
      out,
      {},
      { isEnough: (event) => event.type === "iteration" && event.metrics.iteration === iteration },
    );
  }
  await run(out);
  expect(await outcome(out)).toEqual(wanted);
});

test("killed and gone on with, it ends with the same metrics and weights, to the bit", async () => {
  const out = join(folder, "killed");
  for (const iteration of [3, 7]) {
    const child = spawn(process.execPath, [WORKER, out, start, String(iteration)], { stdio: "ignore" });
    expect((await once(child, "close"))[1]).toBe("SIGKILL");
  }
  await run(out);
  expect(await outcome(out)).toEqual(await outcome(undisturbed));
});

test("threads change nothing", async () => {
  const threads = threadedCompute({ threads: 2, kind: "onnxruntime" });
  const out = join(folder, "threads");
  await run(out, {}, { engine: smallTalkEngine(threads) });
  await threads.dispose();
  expect(await outcome(out)).toEqual(await outcome(undisturbed));
});

test("an abort stops behind the iteration with a checkpoint, from which the same run goes on", async () => {
  const out = join(folder, "aborted");
  const controller = new AbortController();
  const reason = new Error("enough");
  const isEnough = ({ type }: TrainEvent) => {
    if (type === "iteration") controller.abort(reason);
    return false;
  };
  await expect(run(out, {}, { isEnough, signal: controller.signal })).rejects.toBe(reason);
  const state = await loadTrainingState(join(out, "stage-1", "training.safetensors"));
  expect(state?.progress.iteration).toBe(1);
  await run(out);
  expect(await outcome(out)).toEqual(await outcome(undisturbed));
});

test("stage 2 goes on with stage 1's critic and optimisers", async () => {
  const load = (stage: string) => loadTrainingState(join(undisturbed, stage, "training.safetensors"));
  const [first, second] = [await load("stage-1"), await load("stage-2")];
  expect(first?.state.criticOptimizer.step).toBe(5);
  expect(second?.state.criticOptimizer.step).toBe(8);
  expect(second?.state.policyOptimizer.step).toBe(8);
  expect(second?.progress).toMatchObject({ stage: 2, iteration: 3 });
});

test("a checkpoint is a model directory with the policy's weights", async () => {
  const state = await loadTrainingState(join(undisturbed, "stage-2", "training.safetensors"));
  const model = await loadPretrained(join(undisturbed, "stage-2"));
  expect(model.weights).toEqual(state?.state.policy);
  expect(model.weights).not.toEqual((await loadPretrained(start)).weights);
});

test("a stage without iterations hands on what it was given", async () => {
  const out = join(folder, "nothing");
  await run(out, { stage1Iterations: 0, stage2Iterations: 0 });
  const model = await loadPretrained(join(out, "stage-1"));
  expect(model.weights).toEqual((await loadPretrained(start)).weights);
});

test("a folder that was begun with another recipe or another pool is refused", async () => {
  const out = join(folder, "refused");
  await cp(undisturbed, out, { recursive: true });
  const refusal = "was begun with another recipe or pool; name another --out, or go on with its own";
  await expect(run(out, { clip: 0.3 })).rejects.toThrow(refusal);
  const { pool } = smallTalk(compute, { out, start });
  await expect(run(out, {}, { pool: pool.slice(1) })).rejects.toThrow(refusal);
});

test("a start with a weight that is no number stops at once and says what is wrong", async () => {
  const spoilt = await writeSmallTalk(join(folder, "spoilt"), (weights) => {
    floatData(weights.get("model.norm.weight"))[0] = Number.NaN;
  });
  const out = join(folder, "nan");
  const training = run(out, { start: spoilt });
  await expect(training).rejects.toThrow(NonFiniteError);
  await expect(training).rejects.toThrow("The policy's probabilities are not finite");
  expect(await loadTrainingState(join(out, "stage-1", "training.safetensors"))).toBeUndefined();
});

// Weights of 10^25 are finite, but nothing can be computed with them; of 10^39 they are not even that.
test.each([
  { role: "policy", rates: { policyLearningRate: 1e25 } },
  { role: "critic", rates: { valueLearningRate: 1e25 } },
  { role: "policy", rates: { policyLearningRate: 1e39 } },
])("a $role that blows up stops the run; the last good checkpoint stays", async ({ role, rates }) => {
  const out = join(folder, `blown ${JSON.stringify(rates)}`);
  const good = { criticWarmupIterations: 2, warmupIterations: 0, checkpointEvery: 1, evaluateEvery: 0 };
  const path = join(out, "stage-1", "training.safetensors");
  const events: TrainEvent[] = [];
  const isEnough = (event: TrainEvent) => {
    events.push(event);
    return false;
  };
  const training = run(out, { ...good, ...rates }, { isEnough });
  await expect(training).rejects.toThrow(NonFiniteError);
  await expect(training).rejects.toThrow(role);
  const done = role === "policy" ? 2 : 0;
  expect(events.filter(({ type }) => type === "checkpoint")).toHaveLength(done);
  const state = await loadTrainingState(path);
  if (done === 0) return expect(state).toBeUndefined();
  expect(state?.progress.iteration).toBe(done);
  for (const tensor of state?.state.policy.values() ?? [])
    expect(floatData(tensor).every((weight) => Math.abs(weight) < 100)).toBe(true);
});

test("the reward of an easy environment rises", async () => {
  const recipe = {
    instances: 8,
    responses: 16,
    soloInstances: 2,
    stage1Iterations: 40,
    stage2Iterations: 0,
    kl: 0,
    soloKl: 0,
    entropyBonus: 0,
    evaluateEvery: 0,
    checkpointEvery: 40,
  };
  const metrics = iterationsOf(await run(join(folder, "learning"), recipe));
  const mean = (some: IterationMetrics[]) => some.reduce((sum, { reward }) => sum + reward, 0) / some.length;
  // Seen: from 0.12 to 0.58, and ratios within 6e-6 of 1.
  expect(mean(metrics.slice(0, 3))).toBeLessThan(0.2);
  expect(mean(metrics.slice(-5))).toBeGreaterThan(0.4);
  for (const { ratioMaxDeviation } of metrics) expect(ratioMaxDeviation).toBeLessThan(1e-4);
});
