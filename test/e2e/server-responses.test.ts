import type OpenAI from "openai";
import { expect, test } from "vitest";
import type { UpstreamReply, UpstreamRequest } from "../../src/testing/upstream.ts";
import { served } from "../support/served.ts";

const script = ({ body }: UpstreamRequest): UpstreamReply =>
  JSON.stringify(body.messages).includes("Reference")
    ? { reasoning: "They agree.", content: "The answer is 42." }
    : { content: "It is 42." };

type Event = OpenAI.Responses.ResponseStreamEvent;

async function eventsOf(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

test("a response holds the answer, the reasoning as a summary, usage and the receipt", async () => {
  await using s = await served({ script });
  const response = await s.client.responses.create({ model: "model@2", input: "6 times 7?" });
  expect(response.status).toBe("completed");
  expect(response.output_text).toBe("The answer is 42.");
  expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
  expect(response.output[0]).toMatchObject({
    summary: [{ text: expect.stringContaining("round 1: 2 of 2") }],
  });
  expect(response.usage?.output_tokens).toBe(12);
  expect(response.usage?.output_tokens_details.reasoning_tokens).toBe(8);
  expect(response).toHaveProperty("pacore.receipt.finished", 3);
});

test("a stream adds, fills and ends each item, in order and without a gap", async () => {
  await using s = await served({ script });
  const events = await eventsOf(
    await s.client.responses.create({ model: "model@2", input: "?", stream: true }),
  );
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, i) => i));
  const types = events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);
  expect(types).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.reasoning_summary_part.done",
    "response.content_part.added",
    "response.reasoning_text.delta",
    "response.reasoning_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  const text = events.flatMap((e) => (e.type === "response.output_text.delta" ? [e.delta] : [])).join("");
  expect(text).toBe("The answer is 42.");
});

test("the client's own accumulation of a stream is the final response", async () => {
  await using s = await served({ script });
  const stream = s.client.responses.stream({ model: "model@2", input: "?" });
  const final = await stream.finalResponse();
  expect(final.output_text).toBe("The answer is 42.");
  const kept = await s.client.responses.retrieve(final.id);
  expect(kept.output).toEqual(
    JSON.parse(JSON.stringify(final.output, (key, value) => (key === "parsed" ? undefined : value))),
  );
});

test("function calls stream their arguments, and their results are answered", async () => {
  const reply = (request: UpstreamRequest): UpstreamReply =>
    JSON.stringify(request.body.messages).includes("forty-two")
      ? { content: "It is 42." }
      : { toolCalls: [{ id: "call_7", name: "lookup", arguments: '{"city":"Zürich"}' }] };
  await using s = await served({ script: reply });
  const tools = [
    { type: "function" as const, name: "lookup", parameters: { type: "object" }, strict: false },
  ];
  const ask = { model: "model@2", input: "?", tools };
  const events = await eventsOf(await s.client.responses.create({ ...ask, stream: true }));
  const pieces = events.flatMap((e) =>
    e.type === "response.function_call_arguments.delta" ? [e.delta] : [],
  );
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe('{"city":"Zürich"}');
  const first = await s.client.responses.create(ask);
  expect(first.output.at(-1)).toMatchObject({
    type: "function_call",
    call_id: "call_7",
    status: "completed",
  });
  const second = await s.client.responses.create({
    model: "model@2",
    tools,
    previous_response_id: first.id,
    input: [{ type: "function_call_output", call_id: "call_7", output: "forty-two" }],
  });
  expect(second.output_text).toBe("It is 42.");
  const sent = s.upstream.requests.at(-1)?.body.messages as { role: string }[];
  expect(sent.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
});

test("instructions, images, formats and sampling reach the upstream", async () => {
  await using s = await served({ script: { content: '{"n":42}' } });
  const image_url = "data:image/png;base64,iVBORw0KGgo=";
  const schema = {
    type: "object",
    properties: { n: { type: "number" } },
    required: ["n"],
    additionalProperties: false,
  };
  const response = await s.client.responses.create({
    model: "model",
    instructions: "Be brief.",
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "?" },
          { type: "input_image", image_url, detail: "auto" },
        ],
      },
    ],
    text: { format: { type: "json_schema", name: "answer", schema, strict: true } },
    temperature: 0.3,
    max_output_tokens: 99,
  });
  expect(response.output_text).toBe('{"n":42}');
  expect(s.upstream.requests).toHaveLength(1);
  const { body } = s.upstream.requests[0] as UpstreamRequest;
  expect(body).toMatchObject({
    temperature: 0.3,
    max_tokens: 99,
    response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
    messages: [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "?" },
          { type: "image_url", image_url: { url: image_url } },
        ],
      },
    ],
  });
});

test("an answer that was cut off is incomplete, and says why", async () => {
  await using s = await served({ script: { reasoning: "so", content: "42 is", finishReason: "length" } });
  const response = await s.client.responses.create({ model: "model", input: "?", max_output_tokens: 3 });
  expect(response).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
  });
  const events = await eventsOf(
    await s.client.responses.create({ model: "model", input: "?", stream: true }),
  );
  expect(events.at(-1)?.type).toBe("response.incomplete");
});

test("an answer that broke off is begun again, as an item of its own", async () => {
  let calls = 0;
  const reply = (): UpstreamReply =>
    ++calls === 1 ? { content: "wrong one here", fault: { after: 3, kind: "reset" } } : { content: "right" };
  await using s = await served({ script: reply });
  const stream = await s.client.responses.create({ model: "model", input: "?", stream: true });
  const events = await eventsOf(stream);
  const last = events.at(-1);
  if (last?.type !== "response.completed") throw new Error(`ended with ${last?.type}`);
  const texts = last.response.output.flatMap((item) => (item.type === "message" ? item.content : []));
  expect(texts).toMatchObject([{ type: "output_text", text: "right" }]);
  expect(last.response.output.at(-1)?.type).toBe("message");
});

test("a failed run is response.failed in a stream and an HTTP error without one", async () => {
  const body = { error: { message: "too long", type: "invalid_request_error" } };
  await using s = await served({ script: { status: 400, body } });
  const events = await eventsOf(
    await s.client.responses.create({ model: "model@2", input: "?", stream: true }),
  );
  expect(events.at(-1)).toMatchObject({
    type: "response.failed",
    response: { status: "failed", error: { code: "invalid_prompt" } },
  });
  await expect(s.client.responses.create({ model: "model@2", input: "?" })).rejects.toMatchObject({
    status: 400,
  });
});

test("what is not supported is refused by name", async () => {
  await using s = await served();
  const cases: [object, string][] = [
    [{ tools: [{ type: "web_search" }] }, "tools[0].type"],
    [{ conversation: "c" }, "conversation"],
    [{ truncation: "auto" }, "truncation"],
    [{ background: true, store: false }, "store"],
    [{ previous_response_id: "resp_none" }, "previous_response_id"],
    [{ input: [{ type: "function_call_output", call_id: "x", output: "" }] }, "input[0].call_id"],
    [{ include: ["web_search_call.results"] }, "include[0]"],
    [{ input: undefined }, "input"],
  ];
  for (const [fields, param] of cases) {
    const response = await s.post("/v1/responses", { model: "model@2", input: "?", ...fields });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 400,
      body: { error: { param } },
    });
  }
});

test("a stored response can be read and deleted, one with store: false cannot", async () => {
  await using s = await served({ script });
  const { id } = await s.client.responses.create({ model: "model@2", input: "?" });
  expect((await s.client.responses.retrieve(id)).output_text).toBe("The answer is 42.");
  const items = await s.client.responses.inputItems.list(id);
  expect(items.data).toMatchObject([{ type: "message", role: "user" }]);
  await s.client.responses.delete(id);
  await expect(s.client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  const hidden = await s.client.responses.create({ model: "model@2", input: "?", store: false });
  await expect(s.client.responses.retrieve(hidden.id)).rejects.toMatchObject({ status: 404 });
});
