import { expect, test } from "vitest";
import { binomial, binomialRow, expectedMaximum, hypergeometric } from "./combinatorics.ts";

test("binomial coefficients are Pascal's", () => {
  expect([...binomialRow(5)]).toEqual([1, 5, 10, 10, 5, 1]);
  expect(binomialRow(1000)[500]).toBeGreaterThan(1e299);
  expect(binomialRow(1000)[500]).toBeLessThan(Number.POSITIVE_INFINITY);
});

test("two drawn from five with two right: none 3/10, one 6/10, both 1/10", () => {
  const [none, one, both] = hypergeometric(5, 2, 2);
  expect(none).toBeCloseTo(0.3, 12);
  expect(one).toBeCloseTo(0.6, 12);
  expect(both).toBeCloseTo(0.1, 12);
});

test("a fair coin twice", () => {
  expect(binomial(2, 0.5)).toEqual([0.25, 0.5, 0.25]);
});

test("the expected slowest of two of 1, 2, 3 is the mean of the three pairs' slower ones", () => {
  expect(expectedMaximum([3, 1, 2], 2)).toBeCloseTo((2 + 3 + 3) / 3, 12);
  expect(expectedMaximum([3, 1, 2], 1)).toBeCloseTo(2, 12);
  expect(expectedMaximum([3, 1, 2], 3)).toBeCloseTo(3, 12);
});
