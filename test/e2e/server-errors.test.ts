import { once } from "node:events";
import { connect } from "node:net";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { parseKeys } from "../../src/server/auth/keys-file.ts";
import { createKey, type ServerOptions, startServer } from "../../src/server/index.ts";
import { startUpstream } from "../../src/testing/upstream.ts";
import { resolveModel } from "../../src/upstream/resolve.ts";
import { served } from "../support/served.ts";

const messages = [{ role: "user" as const, content: "?" }];
const CHAT = "/v1/chat/completions";

async function refusal(body: unknown, options: ServerOptions = {}) {
  await using s = await served({}, options);
  const response = await s.post(CHAT, body);
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  expect(s.upstream.requests).toHaveLength(0);
  return { status: response.status, ...error };
}

test("what is not supported is refused by name", async () => {
  const coordinated = { model: "model@2", messages };
  for (const [field, value] of Object.entries({
    logprobs: true,
    functions: [],
    audio: { voice: "alloy" },
    store: true,
    web_search_options: {},
    made_up: 1,
  })) {
    expect(await refusal({ ...coordinated, [field]: value })).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      param: field,
    });
  }
  const tools = [{ type: "custom", custom: { name: "x" } }];
  expect(await refusal({ ...coordinated, tools })).toMatchObject({ status: 400, param: "tools[0].type" });
});

test("a field's mistake is named with its path", async () => {
  const cases: [object, string][] = [
    [{ model: "model@2" }, "messages"],
    [{ messages }, "model"],
    [{ model: "model@2", messages: [] }, "messages"],
    [{ model: "model@2", messages: [{ role: "wizard", content: "" }] }, "messages[0].role"],
    [{ model: "model@2", messages: [{ role: "user", content: 7 }] }, "messages[0].content"],
    [
      { model: "model@2", messages: [{ role: "user", content: [{ type: "text" }] }] },
      "messages[0].content[0].text",
    ],
    [{ model: "model@2", messages, temperature: 9 }, "temperature"],
    [
      {
        model: "model@2",
        messages: [...messages, { role: "assistant", content: null, function_call: { name: "f" } }],
      },
      "messages[1].function_call",
    ],
    [{ model: "model@2", messages, pacore: { widths: [0] } }, "pacore.widths[0]"],
    [{ model: "model@2", messages, pacore: { width: 3 } }, "pacore.width"],
    [{ model: "model@0", messages }, "model"],
    [{ model: "model@65", messages }, "widths"],
    [{ model: "model", messages, stream: "yes" }, "stream"],
    [{ model: "model@2", messages: [{ role: "system", content: "no turn" }] }, "messages"],
    [
      { model: "model@2", messages: [{ role: "tool", tool_call_id: "x", content: "" }] },
      "messages[0].tool_call_id",
    ],
  ];
  for (const [body, param] of cases) expect(await refusal(body)).toMatchObject({ status: 400, param });
});

test("an unknown model is a 404 in OpenAI's words", async () => {
  await using s = await served();
  const failed = s.client.chat.completions.create({ model: "gpt-none", messages });
  await expect(failed).rejects.toMatchObject({ status: 404, code: "model_not_found", param: "model" });
  await expect(failed).rejects.toBeInstanceOf(OpenAI.NotFoundError);
});

test("a body that is no JSON, too large, or too deep is refused", async () => {
  await using s = await served({}, { maxBodyBytes: 100_000 });
  expect((await s.post(CHAT, "{")).status).toBe(400);
  expect((await s.post(CHAT, "[]")).status).toBe(400);
  expect((await s.post(CHAT, "x".repeat(200_000))).status).toBe(413);
  expect(
    (await s.post(CHAT, `{"model":"model","messages":${"[".repeat(30_000)}${"]".repeat(30_000)}}`)).status,
  ).toBe(400);
  expect((await s.post(CHAT, "{}", { headers: { "content-encoding": "gzip" } })).status).toBe(415);
  expect((await fetch(`${s.server.url}/v1/nothing`)).status).toBe(404);
});

test("more turns than allowed are refused before they are read", async () => {
  const many = Array.from({ length: 11 }, () => messages[0]);
  expect(await refusal({ model: "model@2", messages: many }, { maxMessages: 10 })).toMatchObject({
    status: 400,
    param: "messages",
  });
  expect(await refusal({ model: "model", messages: many }, { maxMessages: 10 })).toMatchObject({
    status: 400,
    param: "messages",
  });
});

test("an upstream's refusal shows neither its key nor its address", async () => {
  process.env.PACORE_API_KEY = "sk-upstream-secret-key";
  try {
    await using s = await served();
    const address = new URL(s.upstream.url).host;
    s.upstream.script = ({ headers }) => ({
      status: 401,
      body: { error: { message: `bad key ${headers.authorization} at ${s.upstream.url}`, type: "auth" } },
    });
    for (const model of ["model", "model@2"]) {
      const response = await s.post(CHAT, { model, messages });
      const text = await response.text();
      expect(response.status).toBe(502);
      expect(text).not.toContain("upstream-secret");
      expect(text).not.toContain(address);
      const streamed = await (await s.post(CHAT, { model, messages, stream: true })).text();
      expect(streamed).toContain('"error"');
      expect(streamed).not.toContain("upstream-secret");
      expect(streamed).not.toContain(address);
    }
  } finally {
    delete process.env.PACORE_API_KEY;
  }
});

test("an error in mid-stream reaches the client as an error", async () => {
  await using s = await served({ script: { content: "one two three", fault: { after: 2, kind: "reset" } } });
  const stream = await s.client.chat.completions.create({ model: "model", messages, stream: true });
  const reading = (async () => {
    for await (const _ of stream);
  })();
  await expect(reading).rejects.toBeInstanceOf(OpenAI.APIError);
});

test("an upstream's rate limit is passed on with Retry-After", async () => {
  await using s = await served({
    script: { status: 429, headers: { "retry-after": "7" }, body: { error: { message: "slow down" } } },
  });
  const response = await s.post(CHAT, { model: "model", messages });
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("7");
});

test("a model that is left alone for its failures is unavailable, with the time to come back", async () => {
  await using upstream = await startUpstream({ status: 500, body: "" });
  const model = await resolveModel(`${upstream.url}#model`, { env: {}, breaker: { openMs: 600_000 } });
  await using s = await served({}, { upstreams: [model] });
  for (let i = 0; i < 5; i++)
    expect(
      (await s.post(CHAT, { model: "model", messages: [...messages, { role: "user", content: `${i}` }] }))
        .status,
    ).toBe(502);
  for (const model of ["model", "model@2"]) {
    const response = await s.post(CHAT, {
      model,
      messages,
      pacore: model === "model" ? undefined : { max_retries: 0 },
    });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: { code: "upstream_unavailable" } });
  }
  expect(upstream.requests).toHaveLength(5);
});

test("beyond loopback a server without keys does not start", async () => {
  await expect(startServer({ host: "0.0.0.0", port: 0, log: "silent" })).rejects.toThrow(/--api-keys/);
  const open = await startServer({ host: "0.0.0.0", port: 0, noAuth: true, log: "silent" });
  await open.close();
});

test("a web page of another site cannot spend on a keyless server", async () => {
  await using s = await served();
  const foreign = await s.post(
    CHAT,
    { model: "model", messages },
    { headers: { origin: "https://evil.example" } },
  );
  expect(foreign.status).toBe(403);
  const local = await s.post(
    CHAT,
    { model: "model", messages },
    { headers: { origin: "http://localhost:3000" } },
  );
  expect(local.status).toBe(200);
});

test("a server with keys asks for one, and knows only its own", async () => {
  const { secret, entry } = createKey("alice");
  const keys = parseKeys(JSON.stringify({ keys: [entry] }), "keys.json");
  await using s = await served({}, { keys });
  expect((await s.post(CHAT, { model: "model", messages })).status).toBe(401);
  await expect(s.client.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const client = s.client.withOptions({ apiKey: secret });
  expect((await client.chat.completions.create({ model: "model", messages })).choices).toHaveLength(1);
  expect((await fetch(`${s.server.url}/healthz`)).status).toBe(200);
});

test("a key is held to its models and widths", async () => {
  const { secret, entry } = createKey("bob");
  const limited = { ...entry, models: ["model"], maxWidths: [4, 2] };
  const keys = parseKeys(JSON.stringify({ keys: [limited] }), "keys.json");
  await using s = await served({ script: { content: "42" } }, { keys });
  const headers = { authorization: `Bearer ${secret}` };
  const status = async (model: string) => (await s.post(CHAT, { model, messages }, { headers })).status;
  expect(await status("model@4,2")).toBe(200);
  expect(await status("model@5")).toBe(403);
  expect(await status("model@1,1,1")).toBe(403);
});

test("a client that takes for ever to send its headers is hung up on", async () => {
  await using s = await served({}, { headersTimeoutMs: 100 });
  const socket = connect(s.server.port, "127.0.0.1");
  socket.write(`POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toContain("408");
  await once(socket, "close");
});
