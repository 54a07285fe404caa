import { expect, test } from "vitest";
import { TINY } from "../../../test/support/tiny-policy.ts";
import type { Problem } from "../../data/problem.ts";
import type { Instance } from "../instance.ts";
import { LAB_RECIPE } from "../recipe.ts";
import { type IterationSummary, iterationMetrics } from "./iteration-summary.ts";
import { packGroup } from "./pack-group.ts";
import { batchTargets } from "./ppo-batch.ts";
import type { Episode } from "./ppo-trainer.ts";

interface Sketch {
  /** Scores of M; none: a prompt without references. */
  messages: (number | null)[];
  rewards: (number | null)[];
  lengths?: number[];
  kind?: Problem["kind"];
}

function episode({ messages, rewards, lengths = rewards.map(() => 2), kind = "math" }: Sketch): Episode {
  const tokens = lengths.map((length) => Array<number>(length).fill(1));
  const entry = { problem: { id: "p", prompt: "x", kind }, messages: [] };
  const instance: Instance = {
    entry,
    prompt: "x",
    messages: messages.map((score) => ({ text: "m", score })),
  };
  return {
    instance,
    texts: rewards.map((_, row) => `response ${row}`),
    outcomes: rewards.map((reward) => ({ message: "m", reward })),
    packed: packGroup(TINY, [1, 2, 3], tokens),
    responses: tokens.map((tokens, row) => ({
      tokens,
      logProbabilities: tokens.map(() => Math.log(0.5)),
      cutOff: row === 1,
    })),
    rewards,
    solo: messages.length === 0,
  };
}

function metrics(sketches: Sketch[], more: Partial<IterationSummary> = {}, value = 0.25) {
  const episodes = sketches.map(episode);
  const values = episodes.map(({ responses }) =>
    responses.map(({ tokens }) => new Float32Array(tokens.length).fill(value)),
  );
  return iterationMetrics({
    iteration: 7,
    stage: 1,
    recipe: LAB_RECIPE,
    rates: { policy: 1e-4, value: 1e-3 },
    episodes,
    batch: batchTargets(episodes, values, { gamma: 1, lambda: 1, normaliseAdvantages: false }),
    critic: { loss: 0.125, gradientNorm: 2 },
    ...more,
  });
}

test("emergent correctness is measured where every message read is known to be wrong", () => {
  const { emergentCorrectness, emergentCases } = metrics([
    { messages: [0, 0], rewards: [1, 0, 0, 1] },
    { messages: [0, 1], rewards: [1, 1, 1, 1] },
    // Unscored is not wrong, and half right is not either.
    { messages: [0, null], rewards: [1, 1, 1, 1] },
    { messages: [0, 0.5], rewards: [1, 1, 1, 1] },
    { messages: [0], rewards: [1, null] },
    // Nothing was read.
    { messages: [], rewards: [1, 1] },
  ]);
  expect(emergentCases).toBe(5);
  expect(emergentCorrectness).toBeCloseTo(3 / 5, 12);
  const none = metrics([{ messages: [1], rewards: [1] }]);
  expect(none).toMatchObject({ emergentCases: 0, emergentCorrectness: null });
});

test("explained variance is that worked by hand, over the scored tokens", () => {
  // Returns 1 1 0 0 0 0 of value V: with V constant nothing is explained.
  const sketch: Sketch = { messages: [0], rewards: [1, 0, null], lengths: [2, 4, 3] };
  expect(metrics([sketch]).explainedVariance).toBeCloseTo(0, 12);
  const episodes = [episode(sketch)];
  const values = [
    [
      [0.5, 1],
      [0, 0, 0.25, 0],
      [9, 9, 9],
    ].map((row) => Float32Array.from(row)),
  ];
  const batch = batchTargets(episodes, values, { gamma: 1, lambda: 1, normaliseAdvantages: false });
  // Var(G) = 2/9. Errors 0.5 0 0 0 −0.25 0: mean 1/24, mean square 0.3125/6.
  const wanted = 1 - (0.3125 / 6 - 1 / 24 ** 2) / (2 / 9);
  expect(metrics([sketch], { batch }).explainedVariance).toBeCloseTo(wanted, 12);
});

test("rewards are of prompts with references, by kind and together; those without have figures of their own", () => {
  const found = metrics([
    { messages: [0], rewards: [1, 0, null, 0], kind: "math" },
    { messages: [0, 1], rewards: [0.5, 0.5], kind: "code" },
    { messages: [], rewards: [1, 0, 0, 0] },
    { messages: [], rewards: [0, 0.5, 0, 0] },
  ]);
  expect(found.reward).toBeCloseTo(2 / 5, 12);
  expect(found.rewardByKind).toEqual({ math: 1 / 3, code: 0.5 });
  expect(found.soloReward).toBeCloseTo(1.5 / 8, 12);
  expect(found.coverage).toBe(0.5);
  expect(found.unscored).toBe(1);
  expect(found.messages).toBe(1.5);
  expect(metrics([{ messages: [0], rewards: [1] }])).toMatchObject({ soloReward: null, coverage: null });
});

test("lengths, cuts and tokens are counted by hand", () => {
  const found = metrics([
    { messages: [0], rewards: [1, 0, null], lengths: [1, 4, 7] },
    { messages: [0], rewards: [0], lengths: [8] },
  ]);
  expect(found.responseLength).toBe(5);
  expect(found.cutOffRate).toBe(0.25);
  expect(found.tokens).toMatchObject({ sampled: 20, trained: 13 });
});

test("the policy's figures are over the scored tokens, the ratio's over all", () => {
  const policy = {
    loss: 0,
    gradientNorm: 3,
    // Rewards 1 and null, values 0.25: advantages 0.75 0.75, and nothing for the second row.
    ratios: [Float64Array.of(1, 1.5), Float64Array.of(0.5)],
    entropies: [Float32Array.of(1, 2), Float32Array.of(50)],
    divergences: [Float32Array.of(0.25, 0.5), Float32Array.of(0.75)],
  };
  const found = metrics([{ messages: [0], rewards: [1, null], lengths: [2, 1] }], { policy });
  // −(1·0.75 + min(1.5, 1.2)·0.75) / 2
  expect(found.policyLoss).toBeCloseTo(-0.825, 12);
  expect(found.entropy).toBe(1.5);
  expect(found.ratioMean).toBe(1);
  expect(found.ratioMaxDeviation).toBe(0.5);
  expect(found.clipFraction).toBeCloseTo(2 / 3, 12);
  expect(found.klToStart).toBe(0.5);
  expect(found.policyGradientNorm).toBe(3);
});

test("while only the critic learns, the policy's figures are no numbers", () => {
  const found = metrics([{ messages: [0], rewards: [1, 0] }]);
  expect(found.policyLoss).toBeNaN();
  expect(found.policyGradientNorm).toBeNaN();
  expect(found).toMatchObject({ klToStart: null, clipFraction: 0, valueLoss: 0.125, valueGradientNorm: 2 });
});

test("the domain's own figures are means over the responses that show them, to prompts with references", () => {
  const shown = [{ solipsism: 1, crossChecking: 0.5 }, {}, { solipsism: 0 }];
  const measure = (_: Instance, text: string) => shown[Number(text.at(-1))] ?? {};
  const sketches = [
    { messages: [0], rewards: [1, 0, 0] },
    { messages: [], rewards: [1] },
  ];
  expect(metrics(sketches, { measure })).toMatchObject({ solipsism: 0.5, crossChecking: 0.5 });
  expect(metrics(sketches)).toMatchObject({ solipsism: null, crossChecking: null });
});
