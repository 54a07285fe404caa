import { expect, test } from "vitest";
import type { CoordinationEvent } from "./events.ts";
import { progressText, shortCount } from "./progress-text.ts";

test("counts are short", () => {
  expect([0, 999, 1234, 48210, 1_873_000].map(shortCount)).toEqual(["0", "999", "1.2k", "48k", "1.9M"]);
});

test("a round is told at its beginning, at its end, and once a second between", () => {
  let now = 0;
  const tell = progressText(() => now);
  const progress = (index: number, tokens: number): CoordinationEvent => ({
    type: "trajectory-progress",
    round: 1,
    index,
    attempt: 0,
    tokens,
  });
  const start = {
    type: "round-start",
    round: 1,
    width: 2,
    final: false,
    messages: 0,
    promptTokens: 1,
  } as const;
  expect(tell(start)).toBe("round 1: 2 trajectories\n");
  now = 500;
  expect(tell(progress(0, 900))).toBeUndefined();
  now = 1000;
  expect(tell(progress(1, 600))).toBe("round 1: 0 of 2, 1.5k tokens\n");
});

test("the last round names what it reads, and a plain call nothing", () => {
  const final = (messages: number) =>
    ({ type: "round-start", round: 2, width: 1, final: true, messages, promptTokens: 1 }) as const;
  expect(progressText()(final(3))).toBe("synthesising 3 conclusions\n");
  expect(progressText()(final(0))).toBeUndefined();
});
