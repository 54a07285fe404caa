import { expect, test } from "vitest";
import { createRandom } from "../embedded/random.ts";
import { maskedMean, maskedVariance, normaliseAdvantages } from "./masked.ts";

test("a mean is over tokens, not over rows; weights count as they are", () => {
  expect(maskedMean([[1, 2, 3], [10]])).toBe(4);
  // (1·1 + 0·2 + 3·3 + 0.5·10) / 4.5
  expect(maskedMean([[1, 2, 3], [10]], [[1, 0, 3], [0.5]])).toBeCloseTo(15 / 4.5, 12);
});

test("a mean without any weight is no number", () => {
  expect(maskedMean([])).toBeNaN();
  expect(maskedMean([[1, 2]], [[0, 0]])).toBeNaN();
});

test("a variance is the population's, over tokens of all rows", () => {
  // Mean 4; squares 9, 4, 1, 36.
  expect(maskedVariance([[1, 2, 3], [10]])).toBe(12.5);
  expect(maskedVariance([[5]])).toBe(0);
});

const random = createRandom(9);
const values = Array.from({ length: 500 }, () => 3 + 0.01 * random.normal());
/** The same tokens, split into rows of random lengths. */
function split(): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let from = 0; from < values.length; ) {
    const length = 1 + random.integer(30);
    rows.push(Float64Array.from(values.slice(from, from + length)));
    from += length;
  }
  return rows;
}

test("normalised advantages have mean 0 and deviation 1 over all tokens of the batch", () => {
  const rows = normaliseAdvantages(split());
  const all = rows.flatMap((row) => [...row]);
  const mean = all.reduce((a, b) => a + b) / all.length;
  expect(Math.abs(mean)).toBeLessThan(1e-10);
  expect(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length).toBeCloseTo(1, 10);
});

test("how tokens are split into rows changes nothing, and no row is centred by itself", () => {
  const [one, other] = [normaliseAdvantages(split()), normaliseAdvantages(split())];
  const flat = (rows: Float64Array[]) => rows.flatMap((row) => [...row]);
  for (const [i, x] of flat(one).entries()) expect(flat(other)[i]).toBeCloseTo(x, 10);
  const [low, high] = normaliseAdvantages([Float64Array.of(1, 1), Float64Array.of(3, 3, 3, 3)]);
  // Mean 7/3, deviation √(8/9).
  expect(low?.[0]).toBeCloseTo(-4 / 3 / Math.sqrt(8 / 9), 12);
  expect(high?.[0]).toBeCloseTo(2 / 3 / Math.sqrt(8 / 9), 12);
});

test("a batch without any difference becomes zeros, rounding included; an empty one stays empty", () => {
  const third = 0.1 + 0.2;
  const rows = normaliseAdvantages([Float64Array.of(0.3, third), Float64Array.of(0.3)]);
  for (const row of rows) for (const x of row) expect(Math.abs(x)).toBe(0);
  expect(normaliseAdvantages([])).toEqual([]);
});
