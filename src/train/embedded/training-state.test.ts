import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TINY, tinyWeights } from "../../../test/support/tiny-policy.ts";
import { floatData } from "../../embedded/engine/host-tensor.ts";
import { createRandom } from "../../embedded/random.ts";
import { adamwStep } from "../adamw.ts";
import { createActorCritic, criticParameters } from "./actor-critic.ts";
import { loadTrainingState, type Progress, saveTrainingState } from "./training-state.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pacore-state-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A learner that has learnt: every moment differs from every other. */
function learner() {
  const random = createRandom(6);
  const made = createActorCritic(TINY, tinyWeights(TINY));
  for (const [weights, optimizer, steps] of [
    [made.policy, made.policyOptimizer, 2],
    [made.critic, made.criticOptimizer, 3],
  ] as const) {
    const arrays = [...weights.values()].map(floatData);
    for (let step = 0; step < steps; step++) {
      const gradients = arrays.map((array) => array.map(() => random.normal()));
      adamwStep(arrays, gradients, optimizer, { learningRate: 0.1 });
    }
  }
  return made;
}

const PROGRESS: Progress = {
  stage: 2,
  iteration: 17,
  fingerprint: '{"name":"Übung"}',
  best: { iteration: 10, score: 0.1 + 0.2 },
};

test("policy, critic, both optimisers and the progress come back to the bit, in program order", async () => {
  const path = join(await folder(), "deep", "training.safetensors");
  const { config, ...state } = learner();
  await saveTrainingState(path, state, PROGRESS);
  const found = await loadTrainingState(path);
  expect(found?.progress).toEqual(PROGRESS);
  expect(found?.state).toEqual(state);
  expect(found?.state.criticOptimizer.step).toBe(3);
  expect([...(found?.state.policy.keys() ?? [])]).toEqual([...state.policy.keys()]);
  const critic = found?.state.critic ?? new Map();
  expect(criticParameters(config, critic)).toEqual(criticParameters(config, state.critic));
});

test("there is nothing to go on from where there is no file", async () => {
  expect(await loadTrainingState(join(await folder(), "training.safetensors"))).toBeUndefined();
});

test("a torn file, and one of something else, is an error that names it and says what to do", async () => {
  const path = join(await folder(), "training.safetensors");
  await saveTrainingState(path, learner(), PROGRESS);
  const whole = await readFile(path);
  for (const bytes of [
    whole.subarray(0, whole.length - 5),
    whole.subarray(0, 4),
    Buffer.alloc(0),
    Buffer.from("{}"),
  ]) {
    await writeFile(path, bytes);
    await expect(loadTrainingState(path)).rejects.toThrow(
      `${path} is damaged or no training state; move it away to start the stage again.`,
    );
  }
});

test("a write that dies half-way leaves the state before it", async () => {
  const path = join(await folder(), "training.safetensors");
  const state = learner();
  await saveTrainingState(path, state, PROGRESS);
  // What a crash between writing and renaming leaves behind.
  await writeFile(`${path}.tmp`, "torn");
  expect((await loadTrainingState(path))?.progress).toEqual(PROGRESS);
  await saveTrainingState(path, state, { ...PROGRESS, iteration: 18 });
  expect((await loadTrainingState(path))?.progress.iteration).toBe(18);
  expect(await readdir(join(path, ".."))).toEqual(["training.safetensors"]);
});
