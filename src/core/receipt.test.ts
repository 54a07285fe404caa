import { expect, test } from "vitest";
import { costOf, costRatioOf, moneyOf } from "./receipt.ts";
import { estimateTokens, NO_USAGE, readUsage } from "./usage.ts";

const call = (round: number, output: number, outcome: "finished" | "cut-off" = "finished") => ({
  round,
  attempt: outcome === "finished" ? 0 : 1,
  outcome,
  usage: { ...NO_USAGE, input: 10, reasoning: output - 1, text: 1, output },
});

test("the receipt adds up, and what was not used is wasted", () => {
  const calls = [call(1, 5), call(1, 7), call(1, 9, "cut-off")];
  const used = new Set(calls.slice(0, 1));
  expect(costOf(calls, { used, replayed: new Set(calls.slice(1, 2)), price: undefined, wallMs: 3 })).toEqual({
    finished: 2,
    failed: 0,
    cutOff: 1,
    cancelled: 0,
    retries: 1,
    replayed: 1,
    tokens: { input: 30, cachedInput: 0, reasoning: 18, text: 3, output: 21, estimated: false, wasted: 16 },
    ttc: 21,
    wallMs: 3,
  });
});

test("the cost ratio is against an average first-round sample", () => {
  expect(costRatioOf([call(1, 4), call(1, 6), call(2, 10)], undefined)).toBe(4);
  expect(costRatioOf([call(2, 10)], undefined)).toBeUndefined();
  const price = { inputPerMillion: 1, outputPerMillion: 0 };
  expect(costRatioOf([call(1, 4), call(1, 6), call(2, 10)], price)).toBe(3);
});

test("cached input has its own price, and is never more than the input", () => {
  const price = { inputPerMillion: 2, outputPerMillion: 10, cachedInputPerMillion: 1 };
  expect(moneyOf({ input: 1e6, cachedInput: 4e5, output: 1e5 }, price)).toBeCloseTo(1.2 + 0.4 + 1);
  expect(moneyOf({ input: 1, cachedInput: 5, output: 0 }, price)).toBe(1e-6);
});

const fallback = { inputTokens: 7, reasoningTokens: 30, textTokens: 10 };
const usage = (total?: number, reasoning?: number, input?: number) => ({
  inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total, text: undefined, reasoning },
});

test("a server that counts reasoning apart is believed", () => {
  expect(readUsage(usage(100, 60, 5), fallback)).toMatchObject({
    input: 5,
    reasoning: 60,
    text: 40,
    output: 100,
    estimated: false,
  });
});

test("one that does not has its total split as the texts are", () => {
  expect(readUsage(usage(100, undefined, 5), fallback)).toMatchObject({
    reasoning: 75,
    text: 25,
    output: 100,
  });
});

test("one that does not count at all is estimated, and marked so", () => {
  expect(readUsage(usage(), fallback)).toMatchObject({ input: 7, output: 40, estimated: true });
  expect(readUsage(undefined, fallback)).toMatchObject({ output: 40, estimated: true });
});

test("the estimate counts wide scripts by the character", () => {
  expect(estimateTokens("12345678")).toBe(2);
  expect(estimateTokens("안녕하세요")).toBe(5);
  expect(estimateTokens("")).toBe(0);
});
