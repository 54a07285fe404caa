import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Content } from "@ai-sdk/provider";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type StreamFormat, startUpstream, type Upstream, type UpstreamReply } from "../testing/upstream.ts";
import { type CollapsingFetch, collapsingFetch } from "./collapsing-fetch.ts";
import { UpstreamError } from "./errors.ts";

let upstream: Upstream;
let collapsing: CollapsingFetch;
let model: LanguageModelV4;

beforeAll(async () => {
  upstream = await startUpstream();
  collapsing = collapsingFetch({ idleTimeoutMs: 60_000 });
  model = modelWith(collapsing);
});
afterEach(() => {
  upstream.script = {};
  upstream.requests.length = 0;
});
afterAll(async () => {
  await collapsing.close();
  await upstream.close();
});

function modelWith({ fetch }: CollapsingFetch): LanguageModelV4 {
  return createOpenAICompatible({ name: "test", baseURL: upstream.url, apiKey: "sk-secret-key", fetch })(
    "any",
  );
}

const CALL: LanguageModelV4CallOptions = {
  prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
};

async function generate(reply: UpstreamReply, call: Partial<LanguageModelV4CallOptions> = {}) {
  upstream.script = reply;
  return model.doGenerate({ ...CALL, ...call });
}

async function failure(reply: UpstreamReply, using = model): Promise<UpstreamError> {
  upstream.script = reply;
  const error: unknown = await using.doGenerate(CALL).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
}

const texts = (content: LanguageModelV4Content[], type: "text" | "reasoning") =>
  content.flatMap((part) => (part.type === type ? [part.text] : [])).join("");

test("a call in one piece is asked for as a stream, with usage, and comes back in one piece", async () => {
  const { content, finishReason, usage, response } = await generate(
    { reasoning: "Let me see", content: "42 it is" },
    { seed: 7 },
  );
  expect(texts(content, "reasoning")).toBe("Let me see");
  expect(texts(content, "text")).toBe("42 it is");
  expect(finishReason).toEqual({ unified: "stop", raw: "stop" });
  expect(usage.outputTokens).toMatchObject({ total: 6, reasoning: 3 });
  expect(response?.modelId).toBe("any");
  const { body, headers } = upstream.requests[0] ?? {};
  expect(body).toMatchObject({
    model: "any",
    seed: 7,
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(headers?.["accept-encoding"]).toBe("identity");
  expect(headers?.authorization).toBe("Bearer sk-secret-key");
});

const FORMATS: [string, StreamFormat][] = [
  ["CRLF", { eol: "\r\n" }],
  ["CR", { eol: "\r" }],
  ["no space after data:", { space: false }],
  ["comments between the events", { comments: true }],
  ["a byte order mark", { bom: true }],
  ["several data lines an event", { multiline: true }],
  ["several data lines an event, CRLF", { multiline: true, eol: "\r\n" }],
  ["no [DONE]", { done: false }],
  ["gzip", { encoding: "gzip" }],
  ["brotli", { encoding: "br" }],
  ["deflate", { encoding: "deflate" }],
  ["bare deflate", { encoding: "deflate-raw" }],
  ["one byte at a time", { pieceBytes: 1 }],
  ["three bytes at a time", { pieceBytes: 3 }],
  ["seven bytes at a time, gzip", { pieceBytes: 7, encoding: "gzip" }],
];

test.each(FORMATS)("a stream may be written with %s", async (_, format) => {
  const content = ["Größe: ", "日本", "語 🙂", ' "quoted"\n', "\\end"];
  const result = await generate({ reasoning: ["é", "🙂🙂"], content, format });
  expect(texts(result.content, "text")).toBe(content.join(""));
  expect(texts(result.content, "reasoning")).toBe("é🙂🙂");
  expect(result.usage.outputTokens.total).toBe(7);
});

test("tool calls come whole, text and refusals beside them", async () => {
  const toolCalls = [
    { id: "a", name: "add", arguments: '{"x": 1, "y": "zwölf"}' },
    { id: "b", name: "now", arguments: "" },
  ];
  const { content, finishReason } = await generate({ content: "I call", toolCalls });
  expect(finishReason.unified).toBe("tool-calls");
  expect(content).toContainEqual(
    expect.objectContaining({
      type: "tool-call",
      toolCallId: "a",
      toolName: "add",
      input: toolCalls[0]?.arguments,
    }),
  );
  expect(content).toContainEqual(expect.objectContaining({ toolCallId: "b", input: "{}" }));
  expect(texts(content, "text")).toBe("I call");
});

test("a tool call without an id is given one", async () => {
  const call = { index: 0, function: { name: "f", arguments: "{}" } };
  const events = [{ choices: [{ delta: { tool_calls: [call] }, finish_reason: "tool_calls" }] }];
  const { content } = await generate({ events });
  expect(content).toEqual([
    expect.objectContaining({ toolName: "f", toolCallId: expect.stringMatching(/.+/) }),
  ]);
});

test("a refusal is text with the finish reason content-filter", async () => {
  const { content, finishReason } = await generate({ refusal: "I cannot help with that." });
  expect(texts(content, "text")).toBe("I cannot help with that.");
  expect(finishReason.unified).toBe("content-filter");
});

test("a server that ignores stream is understood", async () => {
  const { content, usage } = await generate({ ignoreStream: true, reasoning: "hm", content: "42" });
  expect(texts(content, "text")).toBe("42");
  expect(texts(content, "reasoning")).toBe("hm");
  expect(usage.outputTokens.total).toBe(2);
});

test("usage that a server does not send is unknown", async () => {
  expect((await generate({ content: "a", usage: false })).usage.outputTokens.total).toBeUndefined();
});

test("stream_options are left out for a server that refuses them, from then on", async () => {
  const own = collapsingFetch();
  upstream.script = { content: "42", rejectStreamOptions: true };
  await modelWith(own).doGenerate(CALL);
  await modelWith(own).doGenerate(CALL);
  expect(upstream.requests.map((request) => "stream_options" in request.body)).toEqual([true, false, false]);
  await own.close();
});

test("an answer that stops without a finish reason is not taken for a short answer", async () => {
  expect(await failure({ content: "half of", finishReason: null })).toMatchObject({
    kind: "unfinished",
    isRetryable: true,
  });
  expect(await failure({ content: "a b c d", fault: { after: 3, kind: "end" } })).toMatchObject({
    kind: "unfinished",
  });
});

test("an error in mid-stream is an error, and says whether it may pass", async () => {
  const server = { after: 2, kind: { message: "CUDA out of memory", type: "server_error" } };
  expect(await failure({ content: "a b c", fault: server })).toMatchObject({
    kind: "stream-error",
    isRetryable: true,
  });
  const request = { after: 2, kind: { message: "context too long", type: "invalid_request_error" } };
  const error = await failure({ content: "a b c", fault: request });
  expect(error).toMatchObject({ kind: "stream-error", isRetryable: false });
  expect(error.message).toContain("context too long");
});

test("a connection that breaks in mid-stream is a retryable error", async () => {
  expect(await failure({ content: "a b c", fault: { after: 2, kind: "reset" } })).toMatchObject({
    kind: "reset",
    begun: true,
    isRetryable: true,
  });
});

test("a truncated gzip stream is an error", async () => {
  const error = await failure({
    content: "a b c",
    format: { encoding: "gzip", pieceBytes: 40 },
    fault: { after: 1, kind: "reset" },
  });
  expect(error.isRetryable).toBe(true);
});

test("a server that falls silent is given up after the idle time", async () => {
  const own = collapsingFetch({ idleTimeoutMs: 50 });
  const error = await failure({ content: "a b c", fault: { after: 2, kind: "stall" } }, modelWith(own));
  expect(error).toMatchObject({ kind: "idle", isRetryable: true });
  await upstream.until(({ requests }) => requests[0]?.cancelledAt !== undefined);
  await own.close();
});

test("waiting for the headers is no idle time, and has a limit of its own", async () => {
  const own = collapsingFetch({ idleTimeoutMs: 20 });
  upstream.script = { content: "late", headersDelayMs: 150 };
  expect(texts((await modelWith(own).doGenerate(CALL)).content, "text")).toBe("late");
  await own.close();
  const strict = collapsingFetch({ headersTimeoutMs: 30 });
  expect(await failure({ content: "late", headersDelayMs: 10_000 }, modelWith(strict))).toMatchObject({
    kind: "idle",
  });
  await strict.close();
});

test.each([
  [400, false],
  [401, false],
  [403, false],
  [404, false],
  [408, true],
  [409, true],
  [422, false],
  [425, true],
  [429, true],
  [500, true],
  [501, false],
  [502, true],
  [503, true],
  [529, true],
])("status %d is retryable: %s", async (status, isRetryable) => {
  const body = { error: { message: "the server's words", type: "x" } };
  const error = await failure({ status, body, headers: { "retry-after": "7", "set-cookie": "a=b" } });
  expect(error).toMatchObject({
    statusCode: status,
    isRetryable,
    kind: "http",
    requestBodyValues: undefined,
  });
  expect(error.message).toContain("the server's words");
  expect(error.responseHeaders).toMatchObject({ "retry-after": "7" });
  expect(error.responseHeaders).not.toHaveProperty("set-cookie");
});

test.each([
  ["HTML", "<html><body>502 Bad Gateway</body></html>"],
  ["nothing", ""],
  ["half a JSON", '{"error": {"mess'],
])("an error whose body is %s still tells the status", async (_, body) => {
  expect((await failure({ status: 502, body })).message).toMatch(/502/);
});

test("a redirect is not followed but explained", async () => {
  const error = await failure({ status: 308, headers: { location: "https://elsewhere.example/v1" } });
  expect(error.message).toMatch(/redirects/);
  expect(error.isRetryable).toBe(false);
});

test.each([
  ["a web page", "<!doctype html><html>Welcome</html>"],
  ["other JSON", '{"hello":"world"}'],
  ["no choices", '{"choices":[]}'],
])("a successful answer that is %s is an error that names the base URL", async (_, body) => {
  const error = await failure({ body });
  expect(error.message).toMatch(/base URL/);
  expect(error.isRetryable).toBe(false);
});

test("no text of an error holds the key, though the server repeats it", async () => {
  const error = await failure({
    status: 401,
    body: { error: { message: "Incorrect API key: Bearer sk-secret-key" } },
  });
  expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(
    "sk-secret-key",
  );
});

test("a refused connection is a retryable error that says so", async () => {
  const gone = await startUpstream();
  const baseURL = gone.url;
  await gone.close();
  const error = await createOpenAICompatible({ name: "test", baseURL, fetch: collapsing.fetch })("any")
    .doGenerate(CALL)
    .then(undefined, (reason: unknown) => reason);
  expect(error).toMatchObject({ kind: "connect", isRetryable: true });
  expect((error as Error).message).not.toContain("127.0.0.1");
});

test("a hundred calls at once keep apart", async () => {
  upstream.script = ({ id }) => ({ content: `answer ${id} of many`, format: { pieceBytes: 50 } });
  const results = await Promise.all(Array.from({ length: 100 }, () => model.doGenerate(CALL)));
  const answers = new Set(results.map(({ content }) => texts(content, "text")));
  expect(answers.size).toBe(100);
});
