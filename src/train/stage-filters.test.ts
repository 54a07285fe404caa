import { expect, test } from "vitest";
import type { ProblemKind } from "../data/problem.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";
import { PAPER_RECIPE } from "./recipe.ts";
import { keepForStage1, keepForStage2, messageAccuracy } from "./stage-filters.ts";

/** `right` of `of` messages are right. */
function entry(right: number, of = 24, kind: ProblemKind = "math", id = "p"): PoolEntry {
  const messages = Array.from({ length: of }, (_, i) => ({ text: `${i}`, score: i < right ? 1 : 0 }));
  return { problem: { id, prompt: id, kind }, messages };
}

test("stage 1 keeps what is right now and then: 1 to 8 of 24 in mathematics, to 14 in code", () => {
  const kept = (kind: ProblemKind) =>
    Array.from({ length: 25 }, (_, right) => right).filter((right) =>
      keepForStage1(entry(right, 24, kind), PAPER_RECIPE),
    );
  expect(kept("math")).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(kept("code")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});

test("thresholds are options", () => {
  const limits = { stage1Above: 0.25, stage1Below: 0.5, stage1BelowCode: 1 };
  const kept = [0, 1, 2, 3, 4].filter((right) => keepForStage1(entry(right, 4), limits));
  expect(kept).toEqual([]);
  expect(keepForStage1(entry(3, 8), limits)).toBe(true);
});

test("unscored messages have no part in the mean; without any score nothing is known, and it is not kept", () => {
  const some = entry(1, 3);
  some.messages.push({ text: "?", score: null }, { text: "half", score: 0.5 });
  expect(messageAccuracy(some)).toBe(1.5 / 4);
  const none = { ...some, messages: [{ text: "?", score: null }] };
  expect(messageAccuracy(none)).toBeNull();
  expect(keepForStage1(none, PAPER_RECIPE)).toBe(false);
  expect(keepForStage1({ ...some, messages: [] }, PAPER_RECIPE)).toBe(false);
});

test("stage 2 keeps, in their order, problems whose syntheses are neither never nor always right", () => {
  const entries = ["a", "b", "c", "d", "e"].map((id) => entry(1, 2, "math", id));
  const accuracies: Record<string, number | null> = { e: 0.125, d: 1, c: 0, b: 0.99, a: null };
  const scores = Object.entries(accuracies).map(([id, synthesisAccuracy]) => ({
    id,
    synthesisAccuracy,
    samples: 8,
  }));
  expect(keepForStage2(entries, scores).map(({ problem }) => problem.id)).toEqual(["b", "e"]);
});

test("a problem that was not measured is not kept", () => {
  expect(keepForStage2([entry(1)], [])).toEqual([]);
});
