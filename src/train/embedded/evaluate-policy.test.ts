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
import type { Problem } from "../../data/problem.ts";
import { createExecutor } from "../../embedded/engine/executor.ts";
import { loadPretrained, type Pretrained } from "../../embedded/pretrained.ts";
import { type EnvironmentOptions, SynthesisEnvironment } from "../environment.ts";
import { createActorCritic } from "./actor-critic.ts";
import { localCompute } from "./compute.ts";
import { evaluatePolicy, evaluationScore } from "./evaluate-policy.ts";
import { PpoTrainer } from "./ppo-trainer.ts";

const compute = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
let folder: string;
let pretrained: Pretrained;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-evaluate-"));
  pretrained = await loadPretrained(await writeSmallTalk(folder));
});
afterAll(async () => {
  await compute.dispose();
  await rm(folder, { recursive: true });
});

const problems = ["00", "11", "22"].map(
  (prompt): Problem => ({ id: prompt, prompt, kind: "exact", answer: prompt[0] as string }),
);

function evaluate(options: Partial<EnvironmentOptions> = {}, iteration = 3) {
  const recipe = smallTalkRecipe(folder);
  const learner = createActorCritic(pretrained.config, pretrained.weights);
  const { tokenizer, weights: start } = pretrained;
  const trainer = new PpoTrainer({ compute, tokenizer, recipe, learner, start });
  const environment = new SynthesisEnvironment({
    ...recipe,
    entries: smallTalkPool,
    score: scoreSmallTalk,
    ...options,
  });
  return evaluatePolicy({ trainer, environment, problems, iteration, stage: 1 });
}

test("one sample, syntheses of a first round of one's own, and that round's coverage are measured", async () => {
  const { accuracy, problems: count, iteration } = await evaluate();
  expect({ count, iteration }).toEqual({ count: 3, iteration: 3 });
  const names = ["single", "coverage @16", "distinct @16", "[4]", "[16]"];
  for (const name of names) {
    expect(accuracy[name]?.value).toBeGreaterThanOrEqual(0);
    expect(accuracy[name]?.value).toBeLessThanOrEqual(1);
  }
  expect(accuracy["distinct @16"]?.value).toBeGreaterThan(0.2);
});

test("an evaluation of the same weights at the same iteration is the same, at another it is drawn anew", async () => {
  const [first, again, other] = [await evaluate(), await evaluate(), await evaluate({}, 4)];
  expect(again.accuracy).toEqual(first.accuracy);
  expect(other.accuracy).not.toEqual(first.accuracy);
});

test("a synthesis is emergent only where every message it read is known to be wrong", async () => {
  const never = await evaluate({ score: async () => 0 });
  expect(never.accuracy["emergent [16]"]).toEqual({ value: 0, error: 0 });
  for (const score of [null, 0.5, 1])
    expect((await evaluate({ score: async () => score })).accuracy).not.toHaveProperty(["emergent [16]"]);
});

test("figures are means over problems, with the standard error of those", async () => {
  // Two problems never right, one always: mean ⅓, variance ⅓, error √(⅓ / 3).
  const score: EnvironmentOptions["score"] = async ({ id }, message) => (message && id === "11" ? 1 : 0);
  const { accuracy } = await evaluate({ score });
  expect(accuracy["coverage @16"]?.value).toBeCloseTo(1 / 3, 12);
  expect(accuracy["coverage @16"]?.error).toBeCloseTo(1 / 3, 12);
});

test("the best evaluation is the one with the highest mean over the widths", () => {
  const of = (value: number) => ({ value, error: 0 });
  const metrics = { iteration: 1, stage: 1, problems: 1, seconds: 0 };
  expect(evaluationScore({ ...metrics, accuracy: { "[4]": of(0.5), "[16]": of(0.75), single: of(1) } })).toBe(
    0.625,
  );
  expect(evaluationScore({ ...metrics, accuracy: {} })).toBe(0);
});
