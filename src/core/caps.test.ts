import { expect, test } from "vitest";
import { Caps } from "./caps.ts";
import { NO_USAGE } from "./usage.ts";

const none = { calls: 0, input: 0, cachedInput: 0, output: 0 };
const used = (output: number, input = 0) => ({ ...NO_USAGE, input, output });

test("with a cap on each call, what is started can never exceed the budget", () => {
  const caps = new Caps({ tokens: 1000, maxOutputTokens: 100 }, none);
  expect(caps.reserve(5)).toBe(true);
  expect(caps.reserve(6)).toBe(false);
  expect(caps.reserve(5)).toBe(true);
  for (let i = 0; i < 5; i++) caps.book(used(40));
  caps.settle(5);
  // 200 spent, 500 reserved: three more calls fit.
  expect(caps.reserve(4)).toBe(false);
  expect(caps.reserve(3)).toBe(true);
});

test("without one, calls are expected to cost half as much again as those so far", () => {
  const caps = new Caps({ tokens: 1000 }, { ...none, calls: 10, output: 400 });
  expect(caps.reserve(10)).toBe(true);
  expect(caps.reserve(1)).toBe(false);
});

test("earlier lives count, and a spent budget starts nothing", () => {
  const caps = new Caps({ tokens: 100 }, { ...none, calls: 1, output: 100 });
  expect(caps.exhausted).toBe(true);
  expect(caps.reserve(0)).toBe(false);
});

test("money is capped by what input and output cost together", () => {
  const price = { inputPerMillion: 1, outputPerMillion: 10 };
  const caps = new Caps({ money: 0.01, price, maxOutputTokens: 100 }, none);
  expect(caps.reserve(10)).toBe(true);
  expect(caps.reserve(1)).toBe(false);
  caps.book(used(100, 2000));
  caps.settle(1);
  expect(caps.money).toBeCloseTo(0.003, 12);
  expect(caps.exhausted).toBe(false);
});

test("no cap, no limit", () => {
  expect(new Caps({}, { ...none, output: 1e12 }).reserve(1e6)).toBe(true);
});
