import { expect, test } from "vitest";
import { parseDuration } from "./parse-duration.ts";

test.each([
  ["90s", 90_000],
  ["5m", 300_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["1m30s", 90_000],
  [" 2s ", 2000],
])("%s is %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "90", "s", "-5s", "5 m", "5min", "1e3s", "five minutes", "5m!"])("%j is refused", (text) => {
  expect(() => parseDuration(text)).toThrow(/90s, 5m/);
});
