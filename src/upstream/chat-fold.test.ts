import { expect, test } from "vitest";
import { seededRandom } from "../core/random.ts";
import { ChatFold } from "./chat-fold.ts";
import { UpstreamError } from "./errors.ts";

const ENDPOINT = { label: "http://localhost/v1", secrets: [] };

type Message = Record<string, unknown>;
interface Completion {
  id: string;
  model: string;
  usage?: Record<string, unknown>;
  choices: [{ message: Message; finish_reason: string }];
}

const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  id: "c1",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});

function frame(events: readonly unknown[], eol = "\n"): string {
  return events
    .map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}${eol}${eol}`)
    .join("");
}

function fold(text: string, size = Number.POSITIVE_INFINITY): Completion & { tokens: number } {
  const chat = new ChatFold(ENDPOINT);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) chat.push(bytes.subarray(at, at + size));
  return { ...(chat.finish() as unknown as Completion), tokens: chat.tokens };
}

const message = (text: string) => fold(text).choices[0].message;
const END = [chunk({}, "stop"), "[DONE]"];

test("content and reasoning are joined apart, under either name of reasoning", () => {
  for (const field of ["reasoning_content", "reasoning"]) {
    const events = [{ [field]: "Let " }, { [field]: "me" }, { content: "4" }, { content: "2" }].map((delta) =>
      chunk(delta),
    );
    expect(message(frame([...events, ...END]))).toEqual({
      role: "assistant",
      content: "42",
      reasoning_content: "Let me",
    });
  }
});

test("the usage of a last chunk without choices is kept, cached tokens and all", () => {
  const usage = { prompt_tokens: 7, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 5 } };
  const result = fold(
    frame([chunk({ content: "a" }), chunk({}, "stop"), { ...chunk({}), choices: [], usage }, "[DONE]"]),
  );
  expect(result.usage).toEqual(usage);
  expect(fold(frame([chunk({ content: "a" }), ...END])).usage).toBeUndefined();
});

test("a refusal is kept beside the content", () => {
  const events = [chunk({ refusal: "I " }), chunk({ refusal: "can't." }), ...END];
  expect(message(frame(events))).toMatchObject({ content: null, refusal: "I can't." });
});

test("content in parts is taken apart into text and thinking", () => {
  const parts = [
    { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
    { type: "text", text: "yes" },
  ];
  expect(message(frame([chunk({ content: parts }), ...END]))).toMatchObject({
    content: "yes",
    reasoning_content: "hm",
  });
});

test("tokens are the chunks that carry something", () => {
  const events = [
    chunk({ role: "assistant", content: "" }),
    chunk({ reasoning: "a" }),
    chunk({ content: "b" }),
  ];
  expect(fold(frame([...events, ...END])).tokens).toBe(2);
});

test("only choice 0 counts", () => {
  const other = { ...chunk({}), choices: [{ index: 1, delta: { content: "no" }, finish_reason: "stop" }] };
  const events = [other, chunk({ content: "yes" }), other, chunk({}, "length"), "[DONE]"];
  expect(fold(frame(events)).choices[0]).toMatchObject({
    message: { content: "yes" },
    finish_reason: "length",
  });
});

test("a stream without a finish reason is a retryable error, with or without [DONE]", () => {
  for (const end of [["[DONE]"], []]) {
    const text = frame([chunk({ content: "half an ans" }), ...end]);
    expect(() => fold(text)).toThrow(expect.objectContaining({ kind: "unfinished", isRetryable: true }));
  }
  expect(() => fold("")).toThrow(UpstreamError);
});

test("a finish reason without [DONE] is an end", () => {
  expect(message(frame([chunk({ content: "a" }), chunk({}, "stop")]))).toMatchObject({ content: "a" });
});

test.each([
  [{ error: { message: "CUDA out of memory", type: "server_error" } }, true],
  [{ error: { message: "overloaded", code: 503 } }, true],
  [{ error: "something" }, true],
  [{ error: { message: "too long", type: "invalid_request_error", code: "context_length_exceeded" } }, false],
  [{ error: { message: "bad", type: "BadRequestError", code: 400 } }, false],
  [{ object: "error", message: "bad", code: 400 }, false],
])("an error event ends the call: %j", (event, isRetryable) => {
  const text = frame([chunk({ content: "a" }), event, ...END]);
  expect(() => fold(text)).toThrow(expect.objectContaining({ kind: "stream-error", isRetryable }));
});

test("an event that is not JSON is an error, not a gap", () => {
  expect(() => fold(frame([chunk({ content: "a" }), '{"choices":[', ...END]))).toThrow("not JSON");
});

test("events without blank lines between them are still read", () => {
  const lines = [chunk({ content: "a" }), chunk({ content: "b" }), chunk({}, "stop")];
  expect(message(lines.map((line) => `data: ${JSON.stringify(line)}\n`).join(""))).toMatchObject({
    content: "ab",
  });
});

/** Texts that a short cut would get wrong. */
const NASTY = [
  'say "hi"',
  "back\\slash",
  "\\",
  '\\"',
  "new\nline\ttab",
  "\u0000\u001f\u2028",
  "日本語",
  "🙂",
  '"}}]}\n\n',
  'data: {"choices":[]}\n\n',
  "",
  " ",
  '","finish_reason":"stop',
  "\ud83d",
  "\ude42",
];

test("the short cut agrees with JSON.parse on any text, however it is cut and framed", () => {
  const random = seededRandom(7);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
  for (let run = 0; run < 200; run++) {
    const fields = Array.from({ length: 40 }, () => pick(["content", "content", "reasoning_content"]));
    const deltas = fields.map(
      (field) => [field, pick([...NASTY, " token", " the", "x".repeat(100)])] as const,
    );
    const spaced = random() < 0.3 ? 1 : undefined;
    const ascii = random() < 0.3;
    const eol = pick(["\n", "\r\n"]);
    const texts = [...deltas.map(([field, text]) => chunk({ [field]: text })), ...END].map((event) => {
      const json =
        typeof event === "string" ? event : JSON.stringify(event, null, spaced).replace(/\n\s*/g, " ");
      return ascii
        ? json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
        : json;
    });
    const expected = (field: string) =>
      deltas
        .filter(([name]) => name === field)
        .map(([, text]) => text)
        .join("");
    const { message } = fold(frame(texts, eol), pick([1, 7, 64, 1000, 1e6])).choices[0];
    expect(message.content ?? "").toBe(expected("content"));
    expect(message.reasoning_content ?? "").toBe(expected("reasoning_content"));
  }
});

test("the short cut does not hide what differs outside the text", () => {
  const plain = Array.from({ length: 5 }, () => chunk({ content: "a" }));
  const error = { ...chunk({ content: "a" }), error: { message: "late" } };
  expect(() => fold(frame([...plain, error, ...END]))).toThrow("late");
  expect(fold(frame([...plain, chunk({ content: "b" }, "length")])).choices[0]).toMatchObject({
    finish_reason: "length",
    message: { content: "aaaaab" },
  });
});

test("an invalid literal in a known frame is an error", () => {
  const good = `data: ${JSON.stringify(chunk({ content: "TOKEN" }))}\n\n`;
  for (const literal of ["a\\x", "a\\u12", "a\tb"]) {
    expect(() => fold(good.repeat(3) + good.replace("TOKEN", literal) + frame(END))).toThrow("not JSON");
  }
});
