import { expect, test } from "vitest";
import { TINY } from "../../../test/support/tiny-policy.ts";
import { packGroup } from "./pack-group.ts";
import { batchTargets, type RewardedGroup, scaledWeights } from "./ppo-batch.ts";

const PAPER = { gamma: 1, lambda: 1, normaliseAdvantages: false };

/** A group of responses of these lengths, with these rewards. */
function group(lengths: readonly number[], rewards: (number | null)[]): RewardedGroup {
  const tokens = lengths.map((length) => Array<number>(length).fill(1));
  return {
    packed: packGroup(TINY, [1, 2], tokens),
    responses: tokens.map((tokens) => ({ tokens, logProbabilities: tokens.map(() => -1), cutOff: false })),
    rewards,
    solo: false,
  };
}

const groups = [group([2, 3], [1, null]), group([1, 2], [0, 0.5])];
const values = [
  [Float32Array.of(0.25, 0.5), Float32Array.of(9, 9, 9)],
  [Float32Array.of(0.125), Float32Array.of(0, 0.25)],
];
const flat = (rows: readonly ArrayLike<number>[]) => rows.map((row) => Array.from(row));

test("the reward stands at the end: with γ = λ = 1 advantages are R − V, and returns R", () => {
  const [first, second] = batchTargets(groups, values, PAPER);
  expect(flat(first?.advantages ?? [])[0]).toEqual([0.75, 0.5]);
  expect(flat(first?.returns ?? [])[0]).toEqual([1, 1]);
  expect(flat(second?.advantages ?? [])).toEqual([[-0.125], [0.5, 0.25]]);
  expect(flat(second?.returns ?? [])).toEqual([[0], [0.5, 0.5]]);
});

test("γ and λ run along each response by itself", () => {
  const [, second] = batchTargets(groups, values, { ...PAPER, gamma: 0.5, lambda: 0 });
  // δ₁ = 0.5 − 0.25; δ₀ = 0.5·0.25 − 0.
  expect(flat(second?.advantages ?? [])).toEqual([[-0.125], [0.125, 0.25]]);
});

test("every scored token of the batch weighs the same, and all of them 1; the unscored nothing", () => {
  const targets = batchTargets(groups, values, PAPER);
  expect(targets.map(({ weights }) => flat(weights))).toEqual([
    [
      [0.2, 0.2],
      [0, 0, 0],
    ],
    [[0.2], [0.2, 0.2]],
  ]);
});

test("normalisation is over the scored tokens of the whole batch; an unscored response has no part in it", () => {
  const all = batchTargets(groups, values, { ...PAPER, normaliseAdvantages: true });
  // 0.75, 0.5, −0.125, 0.5, 0.25: mean 0.375, variance (0.140625 + 0.015625 + 0.25 + 0.015625 + 0.015625) / 5.
  const deviation = Math.sqrt(0.4375 / 5);
  const wanted = [0.75, 0.5, -0.125, 0.5, 0.25].map((a) => (a - 0.375) / deviation);
  const found = all.flatMap(({ advantages, weights }) =>
    advantages.flatMap((row, r) => ((weights[r]?.[0] as number) > 0 ? [...row] : [])),
  );
  for (const [i, advantage] of wanted.entries()) expect(found[i]).toBeCloseTo(advantage, 12);
  expect(flat(all[0]?.advantages ?? [])[1]).toEqual([0, 0, 0]);
});

test("a batch in which nothing could be scored weighs nothing, without a NaN", () => {
  const targets = batchTargets([group([2], [null])], [[Float32Array.of(1, 2)]], {
    ...PAPER,
    normaliseAdvantages: true,
  });
  expect(flat(targets[0]?.weights ?? [])).toEqual([[0, 0]]);
  expect(flat(targets[0]?.advantages ?? [])).toEqual([[0, 0]]);
});

test("weights are padded with zeros and scaled as told", () => {
  const [, second] = batchTargets(groups, values, PAPER);
  if (!second) throw new Error("no second group");
  const { shape, data } = scaledWeights(second, 0.5);
  expect(shape).toEqual([16]);
  expect([...data].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([
    ...[0.1, 0, 0, 0, 0, 0, 0, 0],
    ...[0.1, 0.1, 0, 0, 0, 0, 0, 0],
  ]);
});
