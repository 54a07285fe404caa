import { expect, test } from "vitest";
import { type Case, classify, wilson } from "./classification.ts";

const cases = (tp: number, fp: number, fn: number, tn: number): Case[] => [
  ...Array.from({ length: tp }, () => ({ predicted: true, actual: true })),
  ...Array.from({ length: fp }, () => ({ predicted: true, actual: false })),
  ...Array.from({ length: fn }, () => ({ predicted: false, actual: true })),
  ...Array.from({ length: tn }, () => ({ predicted: false, actual: false })),
];

test("figures are those of the confusion counts", () => {
  const figures = classify(cases(8, 2, 4, 6));
  expect(figures).toMatchObject({
    truePositives: 8,
    falsePositives: 2,
    falseNegatives: 4,
    trueNegatives: 6,
    precision: 0.8,
    recall: 8 / 12,
    accuracy: 0.7,
  });
  expect(figures.f1).toBeCloseTo((2 * 0.8 * (8 / 12)) / (0.8 + 8 / 12), 12);
});

test("F1 lies within its interval, which the seed decides", () => {
  const { f1, intervals } = classify(cases(40, 10, 10, 40));
  expect(f1).toBe(0.8);
  expect(intervals.f1?.low).toBeLessThan(0.8);
  expect(intervals.f1?.low).toBeGreaterThan(0.68);
  expect(intervals.f1?.high).toBeGreaterThan(0.8);
  expect(intervals.f1?.high).toBeLessThan(0.91);
  expect(classify(cases(40, 10, 10, 40), 0).intervals.f1).toEqual(intervals.f1);
});

test("what has no denominator is null, not zero", () => {
  expect(classify([])).toMatchObject({ precision: null, recall: null, f1: null, accuracy: null });
  expect(classify(cases(0, 0, 3, 2))).toMatchObject({ precision: null, recall: 0, f1: 0, accuracy: 0.4 });
  expect(classify(cases(0, 0, 0, 5))).toMatchObject({ precision: null, recall: null, f1: null, accuracy: 1 });
});

test("Wilson's interval agrees with published values", () => {
  // Newcombe 1998, Table I: 81 of 263, and 0 of 20.
  expect(wilson(81, 263)?.low).toBeCloseTo(0.2553, 4);
  expect(wilson(81, 263)?.high).toBeCloseTo(0.3662, 4);
  expect(wilson(0, 20)?.low).toBe(0);
  expect(wilson(0, 20)?.high).toBeCloseTo(0.1611, 4);
});
