import { expect, test } from "vitest";
import { passAtK } from "./pass-at-k.ts";

test("pass@k is one less the share of k-subsets without a right sample", () => {
  // n = 5, c = 2: C(3,1)/C(5,1) = 3/5, C(3,2)/C(5,2) = 3/10, C(3,3)/C(5,3) = 1/10, none of four.
  expect(passAtK(5, 2, 1)).toBeCloseTo(0.4, 12);
  expect(passAtK(5, 2, 2)).toBeCloseTo(0.7, 12);
  expect(passAtK(5, 2, 3)).toBeCloseTo(0.9, 12);
  expect(passAtK(5, 2, 4)).toBe(1);
});

test("pass@k of nothing right is 0, of all right 1, and beyond the samples unknown", () => {
  expect(passAtK(10, 0, 10)).toBe(0);
  expect(passAtK(10, 10, 1)).toBe(1);
  expect(passAtK(4, 1, 5)).toBeUndefined();
});

test("pass@k stays exact for many samples", () => {
  expect(passAtK(1000, 1, 500)).toBeCloseTo(0.5, 12);
});
