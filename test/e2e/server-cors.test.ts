import { expect, test } from "vitest";
import { parseKeys } from "../../src/server/auth/keys-file.ts";
import { createKey, startServer } from "../../src/server/index.ts";
import { type Served, served } from "../support/served.ts";

const CHAT = "/v1/chat/completions";
const PAGE = "https://app.example";
const ask = (model: string, stream = false) => ({
  model,
  stream,
  messages: [{ role: "user", content: "?" }],
});

/** What a browser asks before it sends a page's request. */
const preflight = ({ server }: Served, origin: string) =>
  fetch(server.url + CHAT, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-stainless-os",
    },
  });

const allowed = ({ headers }: Response) => headers.get("access-control-allow-origin");

test("unless it is asked for, no web page may ask", async () => {
  await using s = await served();
  const answer = await preflight(s, PAGE);
  expect([answer.status, allowed(answer)]).toEqual([403, null]);
});

test("a page of a named origin asks and reads, plain and coordinated, whole and streamed, errors too", async () => {
  await using s = await served({ script: { content: "42" } }, { cors: [PAGE, "http://localhost:3000"] });
  const answer = await preflight(s, PAGE);
  expect([answer.status, allowed(answer)]).toEqual([204, PAGE]);
  expect(answer.headers.get("access-control-allow-headers")).toBe(
    "authorization,content-type,x-stainless-os",
  );
  for (const model of ["model", "model@2"]) {
    for (const stream of [false, true]) {
      const response = await s.post(CHAT, ask(model, stream), { headers: { origin: PAGE } });
      expect([response.status, allowed(response)]).toEqual([200, PAGE]);
      expect(response.headers.get("vary")).toContain("Origin");
      expect(response.headers.get("access-control-expose-headers")).toContain("retry-after");
      expect(await response.text()).toContain("42");
    }
  }
  const refused = await s.post(CHAT, "{", { headers: { origin: PAGE } });
  expect([refused.status, allowed(refused)]).toEqual([400, PAGE]);
});

test("other pages still may not", async () => {
  await using s = await served({}, { cors: [PAGE] });
  const other = "https://evil.example";
  expect(allowed(await preflight(s, other))).toBe(null);
  const refused = await s.post(CHAT, ask("model"), { headers: { origin: other } });
  expect([refused.status, allowed(refused)]).toEqual([403, null]);
  expect(s.upstream.requests).toHaveLength(0);
});

test("with keys every page may ask, if its user has one; the preflight needs none", async () => {
  const { secret, entry } = createKey("alice");
  const keys = parseKeys(JSON.stringify({ keys: [entry] }), "keys.json");
  await using s = await served({}, { keys, cors: ["*"] });
  const answer = await preflight(s, PAGE);
  expect([answer.status, allowed(answer)]).toEqual([204, "*"]);
  const headers = { origin: PAGE, authorization: `Bearer ${secret}` };
  expect((await s.post(CHAT, ask("model"), { headers })).status).toBe(200);
  const refused = await s.post(CHAT, ask("model"), { headers: { origin: PAGE } });
  expect([refused.status, allowed(refused)]).toEqual([401, "*"]);
});

test.each([["*"], ["https://app.example/"], ["app.example"], ["null"], ["https://App.example"]])(
  "%s is no origin that a server without keys lets in",
  async (origin) => {
    await expect(startServer({ cors: [origin], port: 0, log: "silent" })).rejects.toThrow(/--cors/);
  },
);
