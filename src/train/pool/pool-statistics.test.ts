import { expect, test } from "vitest";
import { renderChart } from "../../plot/render.ts";
import type { PoolEntry } from "./pool-entry.ts";
import { PoolStatistics } from "./pool-statistics.ts";

const entry = (scores: (number | null)[], kind: "math" | "code" = "math"): PoolEntry => ({
  problem: { id: "p", prompt: "?", answer: "1", kind },
  messages: scores.map((score) => ({ text: score === null ? "unscored" : `is ${score}`, score })),
});

test("figures are counted by hand: unscored is in no accuracy, and stage 1 has a bound of its own for code", () => {
  const statistics = new PoolStatistics();
  for (const one of [
    entry([1, 0, 0, 0]),
    entry([1, 1, 0, 0], "code"),
    entry([1, 1, 0, 0]),
    entry([0, 0, null]),
    entry([1]),
    entry([null, null]),
    entry([]),
  ])
    statistics.add(one);
  expect(statistics.all).toEqual({
    problems: 7,
    messages: 18,
    fewestMessages: 0,
    mostMessages: 4,
    unscored: 3,
    withoutScore: 2,
    accuracy: (0.25 + 0.5 + 0.5 + 0 + 1) / 5,
    neverRight: 1,
    alwaysRight: 1,
    stage1: 2,
    distinct: (0.5 + 0.5 + 0.5 + 2 / 3 + 1 + 0.5) / 7,
    characters: (4 * 15 + 8 * 3) / 18,
  });
  expect(statistics.byKind.code).toMatchObject({ problems: 1, stage1: 1 });
  expect(statistics.histogram.map((count, k) => [k, count]).filter(([, count]) => count)).toEqual([
    [0, 1],
    [6, 1],
    [12, 2],
    [24, 1],
  ]);
  const svg = renderChart(statistics.chart());
  expect(svg).toContain("5 problems");
  expect(svg).toContain("9/24");
  expect(svg).toContain("15/24");
});

test("nothing at all has figures and a picture, too", () => {
  const statistics = new PoolStatistics();
  expect(statistics.all).toMatchObject({ problems: 0, accuracy: null, fewestMessages: 0, characters: 0 });
  expect(renderChart(statistics.chart())).toContain("<svg");
});
