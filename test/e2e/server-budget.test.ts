import { expect, test } from "vitest";
import { type ApiKey, parseKeys } from "../../src/server/auth/keys-file.ts";
import { createKey } from "../../src/server/index.ts";
import { served } from "../support/served.ts";

const messages = [{ role: "user" as const, content: "?" }];
const CHAT = "/v1/chat/completions";

function oneKey(limits: Partial<ApiKey>) {
  const { secret, entry } = createKey("alice");
  const keys = parseKeys(JSON.stringify({ keys: [{ ...entry, ...limits }] }), "keys.json");
  return { keys, headers: { authorization: `Bearer ${secret}` } };
}

test("a key's tokens are reserved before upstream calls, and settled at what was used", async () => {
  const { keys, headers } = oneKey({ tokensPerDay: 1000 });
  await using s = await served({ script: { content: "a b c d" } }, { keys });
  const body = { model: "model@2", messages, max_tokens: 300 };
  expect((await s.post(CHAT, body, { headers })).status).toBe(200);
  const caps = s.upstream.requests.map((request) => request.body.max_tokens as number);
  expect(caps.every((cap) => cap <= 300)).toBe(true);
  const plain = await s.post(CHAT, { model: "model", messages }, { headers });
  expect(plain.status).toBe(200);
  // 12 tokens are gone; a plain call without a cap gets half of what is left.
  expect(s.upstream.requests.at(-1)?.body.max_tokens).toBe(494);
  await s.post(CHAT, { model: "model", messages, max_tokens: 5000 }, { headers });
  expect(s.upstream.requests.at(-1)?.body.max_tokens).toBe(984);
});

test("what may be asked once more is set aside, too", async () => {
  const { keys, headers } = oneKey({ tokensPerDay: 100 });
  await using s = await served({ script: { content: "x", headersDelayMs: 60_000 } }, { keys });
  const gone = new AbortController();
  const ask = (pacore: object) =>
    s.post(CHAT, { model: "model@2", messages, max_tokens: 20, pacore }, { headers, signal: gone.signal });
  const first = ask({});
  await s.upstream.until(({ inFlight }) => inFlight === 2);
  // Two hidden calls, twice each, and the last one: nothing is left.
  expect((await ask({ on_cut_off: "drop" })).status).toBe(429);
  gone.abort();
  await expect(first).rejects.toThrow();
});

test("a used-up budget is a 429 until midnight", async () => {
  const { keys, headers } = oneKey({ tokensPerDay: 4 });
  await using s = await served({ script: { content: "a b c d" } }, { keys });
  await s
    .post(CHAT, { model: "model", messages, max_tokens: 4, stream: true }, { headers })
    .then((r) => r.text());
  const refused = await s.post(CHAT, { model: "model", messages }, { headers });
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({
    error: { type: "insufficient_quota", code: "insufficient_quota" },
  });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(s.upstream.requests).toHaveLength(1);
});

test("a key's requests are limited in number and in time", async () => {
  const { keys, headers } = oneKey({ requestsPerMinute: 2, concurrency: 1 });
  await using s = await served({ script: { content: "x", headersDelayMs: 60_000 } }, { keys });
  const gone = new AbortController();
  const first = s.post(CHAT, { model: "model", messages }, { headers, signal: gone.signal });
  await s.upstream.until(({ inFlight }) => inFlight === 1);
  const second = await s.post(CHAT, { model: "model@2", messages }, { headers });
  expect(second.status).toBe(429);
  expect(await second.json()).toMatchObject({ error: { code: "concurrency_limit_exceeded" } });
  const third = await s.post(CHAT, { model: "model@2", messages }, { headers });
  expect(await third.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
  gone.abort();
  await expect(first).rejects.toThrow();
});

test("a budget in money caps plain calls by their price, and coordinated runs too", async () => {
  const { keys, headers } = oneKey({ moneyPerDay: 1 });
  const price = { inputPerMillion: 0, outputPerMillion: 1000 };
  await using s = await served({ script: { content: "a b c d" } }, { keys, price });
  await s.post(
    CHAT,
    { model: "model", messages, max_tokens: 9_999_999, max_completion_tokens: 5 },
    { headers },
  );
  // Both fields: an upstream may know either.
  expect(s.upstream.requests.at(-1)?.body).toMatchObject({ max_tokens: 5, max_completion_tokens: 5 });
  await s.post(CHAT, { model: "model", messages }, { headers });
  expect(s.upstream.requests.at(-1)?.body.max_tokens).toBe(498);
  const run = await s.post(CHAT, { model: "model@2", messages }, { headers });
  expect(run.status).toBe(200);
  const caps = s.upstream.requests.slice(2).map(({ body }) => body.max_tokens as number);
  expect(caps.reduce((sum, cap) => sum + cap, 0)).toBeLessThanOrEqual(1000);
});

test("a key that is held to a model cannot name another by a second field", async () => {
  const { keys, headers } = oneKey({ models: ["model"] });
  await using s = await served({}, { keys });
  const response = await s.post(
    CHAT,
    '{"model":"model","Model":"other","messages":[{"role":"user","content":"?"}]}',
    {
      headers,
    },
  );
  expect(response.status).toBe(400);
  expect(s.upstream.requests).toHaveLength(0);
});
