import { expect, test } from "vitest";
import { chooseToken } from "./choose-token.ts";

const PROBABILITIES = [0.5, 0.1, 0.3, 0.1];
const logits = Float32Array.from(PROBABILITIES, (p) => Math.log(p) + 7);
const PLAIN = { temperature: 1, topP: 1, topK: 0 };

/** The share of uniform numbers that lead to each token. */
function shares(settings: Partial<typeof PLAIN>): number[] {
  const counts = PROBABILITIES.map(() => 0);
  for (let i = 0; i < 10_000; i++) {
    const { token } = chooseToken(logits, { ...PLAIN, ...settings }, (i + 0.5) / 10_000);
    counts[token] = (counts[token] as number) + 1;
  }
  return counts.map((count) => count / 10_000);
}

const near = (expected: number[]) => expected.map((share) => expect.closeTo(share, 3));

test("tokens come with their probabilities at temperature 1", () => {
  expect(shares({})).toEqual(near(PROBABILITIES));
});

test("a temperature of one half squares the odds", () => {
  const squares = PROBABILITIES.map((p) => p * p);
  const sum = squares.reduce((a, b) => a + b);
  expect(shares({ temperature: 0.5 })).toEqual(near(squares.map((square) => square / sum)));
});

test("temperature 0 takes the most likely token", () => {
  expect(shares({ temperature: 0 })).toEqual([1, 0, 0, 0]);
});

test("top-p keeps the smallest set that reaches it", () => {
  expect(shares({ topP: 0.6 })).toEqual(near([0.625, 0, 0.375, 0]));
  expect(shares({ topP: 0.01 })).toEqual([1, 0, 0, 0]);
  expect(shares({ topP: 0 })).toEqual([1, 0, 0, 0]);
});

test("top-k keeps the k most likely; of equals, the first", () => {
  expect(shares({ topK: 1 })).toEqual([1, 0, 0, 0]);
  expect(shares({ topK: 3 })).toEqual(near([0.5 / 0.9, 0.1 / 0.9, 0.3 / 0.9, 0]));
});

test("the log-probability is the model's own, whatever the settings", () => {
  for (const settings of [PLAIN, { ...PLAIN, temperature: 0 }, { ...PLAIN, topK: 1 }]) {
    expect(chooseToken(logits, settings, 0.2).logProbability).toBeCloseTo(Math.log(0.5), 5);
  }
});

test("the largest uniform number still gives a token that may occur", () => {
  expect(chooseToken(logits, { ...PLAIN, topK: 2 }, 1 - 2 ** -32).token).toBe(2);
});
