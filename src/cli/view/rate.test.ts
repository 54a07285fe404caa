import { expect, test } from "vitest";
import { tokenRate } from "./rate.ts";

test("the rate is that of the last seconds, not of the whole run", () => {
  const rate = tokenRate(1000);
  expect(rate(0, 0)).toBe(0);
  expect(rate(1000, 100)).toBe(100);
  expect(rate(2000, 400)).toBe(300);
  expect(rate(3000, 400)).toBe(0);
});
