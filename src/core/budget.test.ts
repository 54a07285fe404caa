import { expect, test } from "vitest";
import { Budget, BudgetTooSmallError } from "./budget.ts";
import { NO_USAGE } from "./usage.ts";

const signal = new AbortController().signal;
const used = (output: number, input = 0) => ({ ...NO_USAGE, input, output });

test("a call waits until those in flight give back what they did not use", async () => {
  const budget = new Budget({ tokens: 300, maxOutputTokens: 100, plannedCalls: 4 });
  budget.holdSynthesis(0);
  const first = await budget.reserve(0, signal);
  const second = await budget.reserve(0, signal);
  const third = budget.reserve(0, signal);
  await expect(Promise.race([third, Promise.resolve("waits")])).resolves.toBe("waits");
  if (first) budget.settle(first, used(10));
  if (second) budget.settle(second, used(10));
  await expect(third).resolves.toMatchObject({ cap: 100 });
});

test("exploring never spends what the synthesis needs", async () => {
  const budget = new Budget({ tokens: 250, maxOutputTokens: 100, plannedCalls: 5 });
  budget.holdSynthesis(0);
  const call = await budget.reserve(0, signal);
  if (call) budget.settle(call, used(100));
  await expect(budget.reserve(0, signal)).resolves.toBeUndefined();
  expect(budget.reserveSynthesis(0)).toMatchObject({ cap: 100 });
});

test("without a cap of its own a call gets its share, and the last call the rest", async () => {
  const budget = new Budget({ tokens: 5000, plannedCalls: 5 });
  budget.holdSynthesis(0);
  const calls = await Promise.all([0, 1, 2, 3].map(() => budget.reserve(0, signal)));
  expect(calls.map((call) => call?.cap)).toEqual([1000, 1000, 1000, 1000]);
  for (const call of calls) if (call) budget.settle(call, used(500));
  expect(budget.reserveSynthesis(0)?.cap).toBe(3000);
});

test("a small budget pays for fewer calls, not for useless ones", async () => {
  const budget = new Budget({ tokens: 1000, plannedCalls: 37 });
  budget.holdSynthesis(0);
  const caps = [await budget.reserve(0, signal), await budget.reserve(0, signal)].map((call) => call?.cap);
  expect(caps).toEqual([256, 256]);
});

test("a budget below one call is refused before anything is paid", () => {
  const budget = new Budget({ tokens: 50, maxOutputTokens: 100, plannedCalls: 2 });
  expect(() => budget.holdSynthesis(0)).toThrow(BudgetTooSmallError);
});

test("money counts input too", async () => {
  const price = { inputPerMillion: 1, outputPerMillion: 10 };
  const budget = new Budget({ money: 0.0025, price, maxOutputTokens: 100, plannedCalls: 3 });
  budget.holdSynthesis(100);
  await expect(budget.reserve(100, signal)).resolves.toMatchObject({ cap: 100, money: 0.0011 });
  const aborted = AbortSignal.abort(new Error("enough"));
  await expect(budget.reserve(100, aborted)).rejects.toThrow("enough");
});

test("free output under a money budget has no cap", async () => {
  const budget = new Budget({
    money: 1,
    price: { inputPerMillion: 1, outputPerMillion: 0 },
    plannedCalls: 3,
  });
  budget.holdSynthesis(10);
  await expect(budget.reserve(10, signal)).resolves.toMatchObject({ cap: undefined });
});
