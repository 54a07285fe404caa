import OpenAI from "openai";
import { expect, test } from "vitest";
import type { UpstreamReply, UpstreamRequest } from "../../src/testing/upstream.ts";
import { served } from "../support/served.ts";

const messages = [{ role: "user" as const, content: "What is 6 times 7?" }];

/** Explorers say a number each; the synthesis reads them. */
const script = ({ body }: UpstreamRequest): UpstreamReply =>
  JSON.stringify(body.messages).includes("Reference")
    ? { reasoning: "They agree.", content: "The answer is 42." }
    : { reasoning: "6 times 7", content: "It is 42." };

test("a plain model's answer is the upstream's own, byte for byte", async () => {
  const body = { id: "x", object: "chat.completion", odd: [1, { two: "２" }], choices: [] };
  await using s = await served({ script: { body } });
  const response = await s.post("/v1/chat/completions", { model: "model", messages, some_vendor_field: 1 });
  expect(await response.text()).toBe(JSON.stringify(body));
  expect(s.upstream.requests[0]?.body).toMatchObject({ model: "model", some_vendor_field: 1, messages });
});

test("a level coordinates, and usage counts what was hidden as reasoning", async () => {
  await using s = await served({ script });
  const reply = await s.client.chat.completions.create({ model: "model:low", messages });
  expect(reply.choices[0]?.message.content).toBe("The answer is 42.");
  expect(reply.choices[0]?.finish_reason).toBe("stop");
  expect(reply.model).toBe("model:low");
  expect(s.upstream.requests).toHaveLength(5);
  const { usage, pacore } = reply as typeof reply & { pacore: { receipt: { ttc: number } } };
  expect(usage?.completion_tokens).toBe(pacore.receipt.ttc);
  expect(usage?.completion_tokens_details?.reasoning_tokens).toBe((usage?.completion_tokens ?? 0) - 4);
});

test("widths behind an at-sign coordinate", async () => {
  await using s = await served({ script });
  await s.client.chat.completions.create({ model: "model@3,2", messages });
  expect(s.upstream.requests).toHaveLength(6);
});

test("a stream has progress as reasoning, the last round's tokens, usage and the receipt at its end", async () => {
  await using s = await served({ script });
  const stream = await s.client.chat.completions.create({
    model: "model@2",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const deltas = chunks.flatMap((chunk) => chunk.choices.map(({ delta }) => delta)) as {
    content?: string;
    reasoning_content?: string;
  }[];
  expect(deltas.map(({ content }) => content ?? "").join("")).toBe("The answer is 42.");
  const reasoning = deltas.map((delta) => delta.reasoning_content ?? "").join("");
  expect(reasoning).toContain("round 1: 2 of 2");
  expect(reasoning).toContain("They agree.");
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  const last = chunks.at(-1) as OpenAI.ChatCompletionChunk & { pacore: { receipt: { finished: number } } };
  expect(last.choices).toEqual([]);
  expect(last.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
  expect(last.pacore.receipt.finished).toBe(3);
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

test("without include_usage the receipt is in the chunk with the finish reason", async () => {
  await using s = await served({ script });
  const stream = await s.client.chat.completions.create({ model: "model@2", messages, stream: true });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(chunks.every((chunk) => chunk.choices.length === 1)).toBe(true);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
  expect(chunks.at(-1)).toHaveProperty("pacore.receipt.ttc");
  expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
});

test("progress can be switched off", async () => {
  await using s = await served({ script });
  const body = { model: "model@2", messages, stream: true, pacore: { progress: false } };
  const text = await (await s.post("/v1/chat/completions", body)).text();
  expect(text).not.toContain("round 1");
  expect(text).toContain('"reasoning_content":"They"');
});

test("a stream is alive before the first upstream token", async () => {
  await using s = await served({ script: { content: "late", headersDelayMs: 60_000 } });
  const response = await s.post("/v1/chat/completions", { model: "model@2", messages, stream: true });
  const reader = response.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  expect(first).toMatch(/^: keep-alive\n\n/);
  await reader?.cancel();
});

test("tool calls of the last round are returned, their arguments in pieces", async () => {
  const call = { name: "lookup", arguments: '{"city":"Zürich"}' };
  await using s = await served({ script: { toolCalls: [call] } });
  const tools = [{ type: "function" as const, function: { name: "lookup", parameters: { type: "object" } } }];
  const stream = s.client.chat.completions.stream({ model: "model@2", messages, tools });
  const pieces: string[] = [];
  stream.on("tool_calls.function.arguments.delta", ({ arguments_delta }) => pieces.push(arguments_delta));
  const { choices } = await stream.finalChatCompletion();
  expect(choices[0]?.finish_reason).toBe("tool_calls");
  expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ type: "function", function: call });
  expect(pieces.length).toBeGreaterThan(1);
  const whole = await s.client.chat.completions.create({ model: "model@2", messages, tools });
  expect(whole.choices[0]?.message).toMatchObject({ content: null, tool_calls: [{ function: call }] });
});

test("a tool's result is the observation that the next decision reads", async () => {
  await using s = await served({ script });
  const { choices } = await s.client.chat.completions.create({
    model: "model@2",
    tools: [{ type: "function", function: { name: "lookup", parameters: { type: "object" } } }],
    messages: [
      ...messages,
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "lookup", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "call_1", content: "forty-two" },
    ],
  });
  expect(choices[0]?.message.content).toBe("The answer is 42.");
  const sent = s.upstream.requests.at(-1)?.body.messages as { role: string; content: string }[];
  expect(sent.at(-1)?.role).toBe("tool");
  expect(sent.at(-1)?.content).toContain("forty-two");
  expect(sent.at(-1)?.content).toContain("It is 42.");
});

test("a schema reaches the last round alone, and the client parses the answer", async () => {
  const reply = (request: UpstreamRequest) => ({ content: request.body.response_format ? '{"n":42}' : "42" });
  await using s = await served({ script: reply });
  const schema = {
    type: "object",
    properties: { n: { type: "number" } },
    required: ["n"],
    additionalProperties: false,
  };
  const { choices } = await s.client.chat.completions.parse({
    model: "model@2",
    messages,
    response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
  });
  expect(choices[0]?.message.parsed).toEqual({ n: 42 });
  const formats = s.upstream.requests.map(({ body }) => body.response_format);
  expect(formats).toEqual([
    undefined,
    undefined,
    { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
  ]);
});

test("an image and its detail reach every round", async () => {
  await using s = await served({ script });
  const image_url = { url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" as const };
  const content = [
    { type: "text" as const, text: "What is this?" },
    { type: "image_url" as const, image_url },
  ];
  await s.client.chat.completions.create({ model: "model@2", messages: [{ role: "user", content }] });
  for (const { body } of s.upstream.requests) {
    const [{ content: parts }] = body.messages as [{ content: object[] }];
    expect(parts).toContainEqual({ type: "image_url", image_url });
  }
});

test("sampling settings and fields of the upstream's own reach every call", async () => {
  await using s = await served({ script });
  const fields = {
    temperature: 0.5,
    top_p: 0.9,
    stop: ["END"],
    user: "u1",
    top_k: 40,
    metadata: { a: "b" },
    verbosity: "low",
  };
  await s.post("/v1/chat/completions", { model: "model@2", messages, max_completion_tokens: 77, ...fields });
  expect(s.upstream.requests).toHaveLength(3);
  for (const { body } of s.upstream.requests) expect(body).toMatchObject({ ...fields, max_tokens: 77 });
});

test("several choices are several runs", async () => {
  await using s = await served({ script });
  const { choices } = await s.client.chat.completions.create({ model: "model@2", messages, n: 3, seed: 5 });
  expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(new Set(s.upstream.requests.map(({ seed }) => seed)).size).toBe(9);
  const stream = await s.client.chat.completions.create({ model: "model@2", messages, n: 2, stream: true });
  const texts = ["", ""];
  for await (const { choices } of stream) {
    for (const { index, delta } of choices) texts[index] += delta.content ?? "";
  }
  expect(texts).toEqual(["The answer is 42.", "The answer is 42."]);
});

test("reasoning_effort chooses the widths of a server that coordinates", async () => {
  await using s = await served({ script }, { coordinate: true });
  await s.client.chat.completions.create({ model: "model", messages, reasoning_effort: "low" });
  expect(s.upstream.requests).toHaveLength(5);
  expect(s.upstream.requests[0]?.body).not.toHaveProperty("reasoning_effort");
  await s.client.chat.completions.create({ model: "model", messages, reasoning_effort: "none" });
  expect(s.upstream.requests).toHaveLength(6);
});

test("a field that is null was left out, even one that is not supported", async () => {
  await using s = await served({ script });
  const nothing = { functions: null, audio: null, prediction: null, stop: null, max_tokens: null };
  const reply = await s.post("/v1/chat/completions", { model: "model@2", messages, ...nothing });
  expect(reply.status).toBe(200);
  const other = { conversation: null, prompt: null, max_tool_calls: null };
  expect((await s.post("/v1/responses", { model: "model@2", input: "?", ...other })).status).toBe(200);
});

test("reasoning_effort is the upstream's own business otherwise", async () => {
  await using s = await served({ script });
  await s.client.chat.completions.create({ model: "model@2", messages, reasoning_effort: "low" });
  expect(s.upstream.requests.map(({ body }) => body.reasoning_effort)).toEqual(["low", "low", "low"]);
});

test("the pacore object sets widths, seed, quorum, budget and deadline", async () => {
  await using s = await served({ script });
  const pacore = { widths: [3], seed: 9, quorum: 3, budget: 100_000, deadline: 60 };
  const reply = await s.post("/v1/chat/completions", { model: "model", messages, pacore });
  expect(reply.status).toBe(200);
  expect(s.upstream.requests.map(({ seed }) => seed)).toEqual([9, 10, 11, 12]);
  expect(s.upstream.requests.every(({ body }) => (body.max_tokens as number) <= 100_000)).toBe(true);
});

test.each([
  [undefined, 4, 2],
  ["retry", 4, 2],
  ["drop", 3, 1],
] as const)(
  "with on_cut_off %s a hidden call that is cut off leads to %i calls",
  async (policy, calls, kept) => {
    await using s = await served({
      script: (request) =>
        request.id === 1
          ? { reasoning: "so many cases", content: "", finishReason: "length" }
          : script(request),
    });
    const pacore = policy && { on_cut_off: policy };
    const reply = await s.post("/v1/chat/completions", { model: "model@2", messages, pacore });
    const { pacore: told } = (await reply.json()) as { pacore: { receipt: { rounds: object[] } } };
    expect(s.upstream.requests).toHaveLength(calls);
    expect(told.receipt.rounds[0]).toMatchObject({ width: 2, effectiveWidth: kept, cutOff: 1 });
  },
);

test("a model that is not a network endpoint is served too", async () => {
  const { scriptedModel } = await import("../../src/testing/scripted-model.ts");
  const model = scriptedModel(({ streamed }) => (streamed ? "forty-two" : "42"), { modelId: "inside" });
  await using s = await served({}, { upstreams: [model] });
  const plain = await s.client.chat.completions.create({ model: "inside", messages });
  expect(plain.choices[0]?.message.content).toBe("forty-two");
  const stream = s.client.chat.completions.stream({ model: "inside:low", messages });
  expect(await stream.finalContent()).toBe("forty-two");
  expect(model.calls).toHaveLength(6);
});

test("models are listed plain and at each level", async () => {
  await using s = await served();
  const ids = (await s.client.models.list()).data.map(({ id }) => id);
  expect(ids).toEqual(["model", "model:low", "model:medium", "model:high"]);
  expect((await s.client.models.retrieve("model@8,2")).id).toBe("model@8,2");
  await expect(s.client.models.retrieve("other")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
});
