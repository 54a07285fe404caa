import { expect, test } from "vitest";
import { ApiError } from "../errors/api-error.ts";
import { Allowances, memorySpending } from "./allowance.ts";
import { type ApiKey, createKey, findKey, parseKeys } from "./keys-file.ts";
import { RateLimits } from "./rate-limit.ts";

const key = (limits: Partial<ApiKey>): ApiKey => ({ id: "a", hash: Buffer.alloc(32), ...limits });
const price = { inputPerMillion: 1, outputPerMillion: 2 };
const used = (output: number) => ({ input: 0, cachedInput: 0, output });

test("runs at the same time cannot overspend a day's tokens together", () => {
  const allowances = new Allowances(memorySpending());
  const alice = key({ tokensPerDay: 1000 });
  const unbounded = { tokens: undefined, money: undefined, price: undefined };
  const first = allowances.reserve(alice, { ...unbounded, tokens: 700 });
  const second = allowances.reserve(alice, { ...unbounded, tokens: 700 });
  expect([first.tokens, second.tokens]).toEqual([700, 300]);
  expect(() => allowances.reserve(alice, unbounded)).toThrow(ApiError);
  first.settle(used(100));
  first.settle(used(100));
  second.settle(used(300));
  expect(allowances.reserve(alice, { ...unbounded, tokens: 5000 }).tokens).toBe(600);
});

test("money is reserved at the price, and the next day is a new one", () => {
  let now = Date.UTC(2026, 0, 1, 23, 59);
  const allowances = new Allowances(memorySpending(), () => now);
  const bob = key({ moneyPerDay: 1 });
  const wanted = { tokens: undefined, money: 1, price };
  allowances.reserve(bob, wanted).settle(used(500_000));
  try {
    allowances.reserve(bob, wanted);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ status: 429, retryAfter: 60 });
  }
  now += 60_000;
  expect(allowances.reserve(bob, wanted).money).toBe(1);
});

test("a budget in money needs a price", () => {
  const allowances = new Allowances(memorySpending());
  const wanted = { tokens: undefined, money: undefined, price: undefined };
  expect(() => allowances.reserve(key({ moneyPerDay: 1 }), wanted)).toThrow(/price/);
});

test("a minute's requests may come at once, then they drip", () => {
  let now = 0;
  const rates = new RateLimits(() => now);
  const carol = key({ requestsPerMinute: 2 });
  rates.take(carol);
  rates.take(carol);
  expect(() => rates.take(carol)).toThrow(/2 requests a minute/);
  now += 30_000;
  rates.take(carol);
  expect(() => rates.take(carol)).toThrow(ApiError);
});

test("a key is found by its hash alone", () => {
  const { secret, entry } = createKey("dave");
  const keys = parseKeys(JSON.stringify({ keys: [createKey("x").entry, entry] }), "f");
  expect(findKey(keys, secret)?.id).toBe("dave");
  expect(findKey(keys, entry.sha256)).toBeUndefined();
  expect(findKey(keys, "")).toBeUndefined();
});

test("a keys file's mistake is named", () => {
  const parse = (text: string) => () => parseKeys(text, "keys.json");
  expect(parse("{")).toThrow(/not JSON/);
  expect(parse('{"keys":[]}')).toThrow(/keys\.json: keys/);
  expect(parse('{"keys":[{"id":"a","sha256":"plain-key"}]}')).toThrow(/keys\.0\.sha256/);
  const twice = JSON.stringify({ keys: [createKey("a").entry, createKey("a").entry] });
  expect(parse(twice)).toThrow(/twice/);
});
