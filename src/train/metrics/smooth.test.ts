import { expect, test } from "vitest";
import { type Sample, smoothed, smoothingWindow } from "./smooth.ts";

const samples = (ys: readonly number[], stageFrom = Number.POSITIVE_INFINITY): Sample[] =>
  ys.map((y, i) => ({ x: i + 1, y, stage: i + 1 >= stageFrom ? 2 : 1 }));
const ys = (all: readonly Sample[]) => all.map(({ y }) => y);

test("a mean is over the neighbours on both sides, fewer at the ends", () => {
  expect(ys(smoothed(samples([0, 3, 6, 9, 30]), 3))).toEqual([1.5, 3, 6, 15, 19.5]);
});

test("a mean does not cross a stage's boundary", () => {
  expect(ys(smoothed(samples([1, 1, 1, 9, 9, 9], 4), 5))).toEqual([1, 1, 1, 9, 9, 9]);
});

test("iterations that were not measured are no neighbours", () => {
  const gap = [
    { x: 1, y: 2, stage: 1 },
    { x: 9, y: 4, stage: 1 },
  ];
  expect(ys(smoothed(gap, 5))).toEqual([2, 4]);
  expect(smoothed([], 5)).toEqual([]);
});

test("short runs are not smoothed, and long ones not beyond 25 iterations", () => {
  expect([0, 1, 29, 30, 300, 700, 10_000].map(smoothingWindow)).toEqual([1, 1, 1, 3, 11, 25, 25]);
});
