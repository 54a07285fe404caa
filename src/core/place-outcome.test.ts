import { expect, test } from "vitest";
import { isKnown, placeOutcome } from "./place-outcome.ts";
import { placeKey, type Run } from "./run.ts";
import type { Trajectory } from "./trajectory.ts";

const trajectory = (over: Partial<Trajectory>) =>
  ({ message: "42", outcome: "finished", ...over }) as Trajectory;

test("a conclusion is a message, a trajectory without one is cut off, and no trajectory is the upstream's failure", () => {
  const found = trajectory({});
  expect(placeOutcome({ kind: "message", trajectory: found })).toEqual({
    kind: "message",
    text: "42",
    trajectory: found,
  });
  const without = trajectory({ message: null });
  expect(placeOutcome({ kind: "lost", reason: "length", trajectory: without })).toEqual({ kind: "cut-off" });
  expect(placeOutcome({ kind: "lost", reason: "HTTP 500" })).toEqual({ kind: "failed", reason: "HTTP 500" });
  expect(placeOutcome({ kind: "unaffordable" })).toMatchObject({ kind: "failed" });
});

test.each([
  [[], false],
  [[trajectory({ message: null })], false],
  [[trajectory({ outcome: "cancelled" })], false],
  [[trajectory({ message: null }), trajectory({})], true],
])("a place is known once the journal has a message of it that was not cancelled", (past, known) => {
  const place = { round: 1, index: 3 };
  const run = { recorded: new Map([[placeKey(place), past]]) } as unknown as Run;
  expect(isKnown(run, place)).toBe(known);
  expect(isKnown(run, { round: 1, index: 4 })).toBe(false);
});
