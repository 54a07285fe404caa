import { expect, test } from "vitest";
import { clustered, estimate, paired } from "./clustered.ts";

test("the error is clustered by problem, not by repetition", () => {
  // Problem means 1, 0.5, 0: mean 0.5, sd √(0.25 + 0 + 0.25)/2 = 0.5, error 0.5/√3.
  const { mean, standardError, problems } = clustered([[1, 1, 1, 1], [1, 0, 0, 1], [0, 0, 0, 0], []]);
  expect(mean).toBeCloseTo(0.5, 12);
  expect(standardError).toBeCloseTo(0.28867513459481287, 12);
  expect(problems).toBe(3);
});

test("problems weigh the same however many repetitions they have", () => {
  expect(clustered([[1], [0, 0, 0]]).mean).toBe(0.5);
});

test("a single problem has no error, and none has no mean", () => {
  expect(estimate([0.25])).toEqual({ mean: 0.25, standardError: undefined, problems: 1 });
  expect(estimate([]).mean).toBeNaN();
});

test("a constant gain over hard and easy problems is certain, though the means vary", () => {
  const { mean, standardError } = paired([
    [0.5, 0.25],
    [1, 0.75],
    [0.25, 0],
  ]);
  expect(mean).toBeCloseTo(0.25, 12);
  expect(standardError).toBe(0);
});
