import { inspect } from "node:util";
import {
  APICallError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { generateText, streamText } from "ai";
import { expect, test } from "vitest";
import { watchProgress } from "../core/progress.ts";
import { startUpstream, type UpstreamOptions, type UpstreamReply } from "../testing/upstream.ts";
import type { EndpointModel } from "./endpoint-model.ts";
import { describeModel, resolveModel } from "./resolve.ts";

const KEY = "sk-very-secret-key";
const CALL: LanguageModelV4CallOptions = {
  prompt: [{ role: "user", content: [{ type: "text", text: "A question that nothing may keep" }] }],
};

async function setUp(reply: UpstreamReply, more: UpstreamOptions = {}) {
  const upstream = await startUpstream({ script: reply, ...more });
  const model = (await resolveModel(`${upstream.url}#any`, { apiKey: KEY, env: {} })) as EndpointModel;
  return {
    upstream,
    model,
    async [Symbol.asyncDispose]() {
      await model.close();
      await upstream.close();
    },
  };
}

async function parts(model: EndpointModel, options = CALL): Promise<LanguageModelV4StreamPart[]> {
  const { stream } = await model.doStream(options);
  return Array.fromAsync(stream);
}

test("the key is sent, and is found in nothing that the model or its results show", async () => {
  await using set = await setUp({ content: "42" }, { apiKey: KEY });
  const result = await set.model.doGenerate(CALL);
  expect(set.upstream.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  const shown = [set.model, result, set.model.endpointStats(), describeModel(set.model)];
  for (const value of shown) {
    expect(
      inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value) + String(value),
    ).not.toContain(KEY);
  }
  expect(describeModel(set.model)).toBe(`${set.upstream.url}#any`);
});

test("user, password and query of a URL are sent, and never shown", async () => {
  await using upstream = await startUpstream({ content: "42" });
  const url = upstream.url.replace("http://", "http://user:p%40ss-word@");
  await using model = (await resolveModel(`${url}?token=query-secret#any`, {
    env: { PACORE_API_KEY: "other" },
  })) as EndpointModel;
  await model.doGenerate(CALL);
  const { headers, path } = upstream.requests[0] ?? {};
  expect(headers?.authorization).toBe(`Basic ${Buffer.from("user:p@ss-word").toString("base64")}`);
  expect(path).toBe("/v1/chat/completions?token=query-secret");
  const shown = inspect(model, { depth: 10, showHidden: true }) + describeModel(model);
  expect(shown).not.toMatch(/p%40ss-word|p@ss-word|query-secret/);
});

test("results keep neither the request nor the response's body", async () => {
  await using set = await setUp({ reasoning: "long reasoning", content: "42" });
  const result = await set.model.doGenerate(CALL);
  expect(result.request).toBeUndefined();
  expect(result.response).not.toHaveProperty("body");
  expect(JSON.stringify(result)).not.toContain("A question");
  const streamed = await set.model.doStream(CALL);
  expect(streamed.request).toBeUndefined();
  await streamed.stream.cancel();
});

test("errors are the SDK's, and keep neither the request nor the key nor the URL in their message", async () => {
  const said = `no access for ${KEY} at http://127.0.0.1`;
  await using set = await setUp({ status: 403, body: { error: { message: said } } });
  for (const call of [() => set.model.doGenerate(CALL), () => parts(set.model)]) {
    const error: unknown = await call().then(undefined, (reason: unknown) => reason);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 403, isRetryable: false, url: set.upstream.url });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/A question|sk-very-secret/);
    expect((error as Error).message).not.toContain(new URL(set.upstream.url).host);
  }
});

test("a stream gives the parts as they come, with usage, and reports progress", async () => {
  await using set = await setUp({
    reasoning: "hm hm",
    content: "4 2",
    usage: { prompt_tokens: 3, completion_tokens: 4 },
  });
  const { signal } = new AbortController();
  let tokens = 0;
  watchProgress(signal, (progress) => {
    tokens = progress.tokens;
  });
  const all = await parts(set.model, { ...CALL, abortSignal: signal });
  const deltas = all.flatMap((part) => ("delta" in part ? [`${part.type} ${part.delta}`] : []));
  expect(deltas).toEqual(["reasoning-delta hm", "reasoning-delta  hm", "text-delta 4", "text-delta  2"]);
  expect(all.at(-1)).toMatchObject({
    type: "finish",
    usage: { inputTokens: { total: 3 }, outputTokens: { total: 4 } },
  });
  expect(tokens).toBe(4);
});

test("a stream of a server that ignores stream has its parts all the same", async () => {
  const toolCalls = [{ id: "a", name: "f", arguments: '{"x":1}' }];
  await using set = await setUp({ ignoreStream: true, content: "42", toolCalls });
  const all = await parts(set.model);
  expect(all).toContainEqual(expect.objectContaining({ type: "text-delta", delta: "42" }));
  expect(all).toContainEqual(expect.objectContaining({ type: "tool-call", toolName: "f", input: '{"x":1}' }));
  expect(all.at(-1)).toMatchObject({ finishReason: { unified: "tool-calls" } });
});

test.each([
  ["an error event", { after: 2, kind: { message: "out of memory", type: "server_error" } }, "stream-error"],
  ["an end without a finish reason", { after: 2, kind: "end" as const }, "unfinished"],
])("a stream with %s has a retryable error part", async (_, fault, kind) => {
  await using set = await setUp({ content: "a b c d", fault });
  const errors = (await parts(set.model)).filter((part) => part.type === "error");
  expect(errors[0]?.error).toMatchObject({ kind, isRetryable: true });
});

test("a stream whose connection breaks fails with a retryable error", async () => {
  await using set = await setUp({ content: "a b c d", fault: { after: 2, kind: "reset" } });
  await expect(parts(set.model)).rejects.toMatchObject({ kind: "reset", isRetryable: true });
});

test("a slow reader slows the server down instead of filling the memory", async () => {
  const content = Array.from({ length: 4000 }, () => "x".repeat(4000));
  await using set = await setUp({ content });
  const { stream } = await set.model.doStream(CALL);
  const reader = stream.getReader();
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  for (let i = 0; i < 20; i++) await reader.read();
  expect(set.upstream.requests[0]?.finishedAt).toBeUndefined();
  expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(80e6);
  let characters = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (part.value.type === "text-delta") characters += part.value.delta.length;
  }
  expect(characters).toBeGreaterThan(3900 * 4000);
});

test("it composes with the AI SDK, tools and structured output included", async () => {
  await using set = await setUp({ content: "42" });
  expect(
    (await generateText({ model: set.model, prompt: "?", seed: 3, headers: { "x-trace": "1" } })).text,
  ).toBe("42");
  expect(await streamText({ model: set.model, prompt: "?" }).text).toBe("42");
  expect(set.upstream.requests[0]).toMatchObject({ seed: 3, headers: { "x-trace": "1" } });
  const schema = { type: "object", properties: { n: { type: "number" } } } as const;
  await set.model.doGenerate({
    ...CALL,
    responseFormat: { type: "json", schema },
    tools: [{ type: "function", name: "f", inputSchema: { type: "object" } }],
    providerOptions: { openaiCompatible: { top_k: 5 } },
  });
  expect(set.upstream.requests.at(-1)?.body).toMatchObject({
    top_k: 5,
    response_format: { type: "json_schema", json_schema: { schema } },
    tools: [{ function: { name: "f" } }],
  });
});

test("a server that wants its cap by the newer name is asked by it, from then on", async () => {
  const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
  await using upstream = await startUpstream({
    script: ({ body }) =>
      body.max_tokens === undefined ? { content: "42" } : { status: 400, body: { error: { message } } },
  });
  await using model = (await resolveModel(`${upstream.url}#any`, { env: {} })) as EndpointModel;
  for (let i = 0; i < 2; i++) await model.doGenerate({ ...CALL, maxOutputTokens: 9 });
  await parts(model, { ...CALL, maxOutputTokens: 9 });
  await model.doGenerate(CALL);
  const caps = upstream.requests.map(({ body }) => [body.max_tokens, body.max_completion_tokens]);
  expect(caps).toEqual([
    [9, undefined],
    [undefined, 9],
    [undefined, 9],
    [undefined, 9],
    [undefined, undefined],
  ]);
});

test("after close, calls are refused and connections are gone", async () => {
  await using set = await setUp({ content: "42" });
  await set.model.doGenerate(CALL);
  await set.model.close();
  await set.upstream.until(({ openConnections }) => openConnections === 0);
  await expect(set.model.doGenerate(CALL)).rejects.toThrow("closed");
});
