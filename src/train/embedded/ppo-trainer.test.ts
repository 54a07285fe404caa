import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  scoreSmallTalk,
  smallTalkPool,
  smallTalkRecipe,
  writeSmallTalk,
} from "../../../test/support/small-talk.ts";
import { createExecutor } from "../../embedded/engine/executor.ts";
import { floatData } from "../../embedded/engine/host-tensor.ts";
import { loadPretrained, type Pretrained } from "../../embedded/pretrained.ts";
import { MAX_NEW_TOKENS } from "../../embedded/sampler.ts";
import { type EnvironmentOptions, SynthesisEnvironment } from "../environment.ts";
import type { Recipe } from "../recipe.ts";
import { createActorCritic } from "./actor-critic.ts";
import { localCompute } from "./compute.ts";
import { PpoTrainer } from "./ppo-trainer.ts";

const compute = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
let folder: string;
let pretrained: Pretrained;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-trainer-"));
  pretrained = await loadPretrained(await writeSmallTalk(folder));
});
afterAll(async () => {
  await compute.dispose();
  await rm(folder, { recursive: true });
});

function setUp(more: Partial<Recipe> = {}, environment: Partial<EnvironmentOptions> = {}) {
  const recipe = smallTalkRecipe(folder, more);
  const learner = createActorCritic(pretrained.config, pretrained.weights);
  const { tokenizer, weights: start } = pretrained;
  return {
    learner,
    trainer: new PpoTrainer({ compute, tokenizer, recipe, learner, start }),
    environment: new SynthesisEnvironment({
      ...recipe,
      entries: smallTalkPool,
      score: scoreSmallTalk,
      ...environment,
    }),
  };
}

const at = (iteration: number) => ({ iteration, stage: 1, stageIteration: iteration, of: 10 });

test("before the first step the policy is the start, and the critic knows nothing", async () => {
  const { trainer, environment } = setUp();
  const { klToStart, explainedVariance, messages } = await trainer.iterate(environment, at(1));
  expect(Math.abs(klToStart as number)).toBeLessThan(1e-6);
  expect(explainedVariance).toBeCloseTo(0, 6);
  expect(messages).toBeGreaterThanOrEqual(1);
});

test("the critic takes as many steps as asked for each of the policy's", async () => {
  const { learner, trainer, environment } = setUp({ criticSteps: 3 });
  await trainer.iterate(environment, at(1));
  expect(learner.policyOptimizer.step).toBe(1);
  expect(learner.criticOptimizer.step).toBe(3);
});

test("while only the critic learns, the policy stays as it is", async () => {
  const { learner, trainer, environment } = setUp({ criticWarmupIterations: 1 });
  const first = await trainer.iterate(environment, at(1));
  expect(first.policyLoss).toBeNaN();
  expect(learner.policy).toEqual(pretrained.weights);
  const second = await trainer.iterate(environment, at(2));
  expect(second.policyLoss).not.toBeNaN();
  expect(learner.policy).not.toEqual(pretrained.weights);
});

test("with an online pool the messages are the current policy's own, scored", async () => {
  const asked: string[] = [];
  const score: EnvironmentOptions["score"] = async (problem, message) => {
    asked.push(message);
    return scoreSmallTalk(problem, message);
  };
  const recipe = { onlinePool: true, messagesMin: 3, messagesMax: 3, soloInstances: 0, responses: 1 };
  const { trainer, environment } = setUp(recipe, { score });
  const { messages, emergentCases } = await trainer.iterate(environment, at(1));
  // Four instances of at most three messages each; what was cut off gave none.
  expect(messages).toBeLessThan(3);
  expect(messages).toBeGreaterThan(0);
  expect(asked.length).toBeGreaterThan(0);
  expect(emergentCases).toBeGreaterThanOrEqual(0);
});

test("a prompt that the policy has no tokens for is told with its beginning", async () => {
  const entries = smallTalkPool.map((entry) => ({
    ...entry,
    problem: { ...entry.problem, prompt: "say 3" },
  }));
  const { trainer, environment } = setUp({}, { entries });
  await expect(trainer.iterate(environment, at(1))).rejects.toThrow(
    /^pool: the embedded model has no tokens for ".*say 3/s,
  );
});

test("a limit beyond what the model may say is the model's", async () => {
  const { trainer } = setUp({ maxResponseTokens: 131_072 });
  const sampled = await trainer.sample(["0"], 24, 1);
  for (const { tokens, cutOff } of sampled.flat())
    expect(cutOff ? tokens.length === MAX_NEW_TOKENS : tokens.length <= MAX_NEW_TOKENS).toBe(true);
});

test("a learner that can go on passes the check before a checkpoint; one whose weights are too large is told", async () => {
  const { learner, trainer, environment } = setUp();
  await trainer.iterate(environment, at(1));
  await trainer.check();
  floatData(learner.critic.get("value_head.weight")).fill(1e38);
  await expect(trainer.check()).rejects.toThrow(/The critic's gradients of .* are not finite/);
  floatData(learner.policy.get("model.norm.weight")).fill(1e38);
  await expect(trainer.check()).rejects.toThrow(/The policy's gradients of .* are not finite/);
});

test("a batch without any reward teaches nothing; weight decay shrinks matrices alone", async () => {
  const plain = { entropyBonus: 0, kl: 0, soloKl: 0, warmupIterations: 0 };
  const recipe = { ...plain, weightDecay: 0.1, policyLearningRate: 0.5 };
  const { learner, trainer, environment } = setUp(recipe, { score: async () => 0 });
  const { reward, policyGradientNorm } = await trainer.iterate(environment, at(1));
  expect(reward).toBe(0);
  expect(policyGradientNorm).toBe(0);
  for (const [name, { shape, data }] of pretrained.weights) {
    const kept = shape.length > 1 ? 0.95 : 1;
    const wanted = Float32Array.from(data, (weight) => weight * kept);
    expect(learner.policy.get(name)?.data).toEqual(wanted);
  }
});
