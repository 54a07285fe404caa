import { expect, test } from "vitest";
import { EventReader, EventTooLongError } from "./event-reader.ts";

/** The events of a text, its bytes handed over in pieces of `size`. */
function read(text: string | Buffer, size = Number.POSITIVE_INFINITY, maxBytes?: number): string[] {
  const events: string[] = [];
  const reader = new EventReader(
    { onEvent: (data, name) => events.push(name ? `${name}|${data}` : data) },
    maxBytes,
  );
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return events;
}

test("an event is cut anywhere, in the middle of a character too", () => {
  const text = 'data: {"a":"日本語 🙂 é"}\n\ndata: second\n\ndata: [DONE]\n\n';
  const whole = read(text);
  expect(whole).toEqual(['{"a":"日本語 🙂 é"}', "second", "[DONE]"]);
  for (let size = 1; size < Buffer.byteLength(text); size++) expect(read(text, size)).toEqual(whole);
});

test.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
  ["CR", "\r"],
])("lines may end in %s", (_, eol) => {
  const text = ["data: one", "", "data: two", "data: three", "", ""].join(eol);
  for (const size of [1, 2, 3, 5, 1000]) expect(read(text, size)).toEqual(["one", "two\nthree"]);
});

test("data needs no space after the colon, and loses only one", () => {
  expect(read("data:a\n\ndata: b\n\ndata:  c\n\n")).toEqual(["a", "b", " c"]);
});

test("comments, ids and unknown fields are passed over", () => {
  expect(read(": keep-alive\n\nid: 4\nretry: 10\nfoo\ndata: a\n\n: ping\n\ndata: b\n\n")).toEqual(["a", "b"]);
});

test("the name of an event belongs to that event alone", () => {
  expect(read("event: error\ndata: x\n\ndata: y\n\n")).toEqual(["error|x", "y"]);
});

test("a byte order mark at the beginning is no part of the first line", () => {
  for (const size of [1, 2, 100]) expect(read("\uFEFFdata: a\n\n", size)).toEqual(["a"]);
});

test("an event counts although the stream ends before its blank line", () => {
  expect(read("data: a\n\ndata: b")).toEqual(["a", "b"]);
});

test("a bare line of JSON counts as data", () => {
  expect(read('data: a\n\n{"error":{"message":"out of memory"}}\n')).toEqual([
    "a",
    '{"error":{"message":"out of memory"}}',
  ]);
});

test("an endless line, or an endless event, is refused", () => {
  expect(() => read(`data: ${"x".repeat(2000)}`, 100, 1000)).toThrow(EventTooLongError);
  expect(() => read("data: xxxxxxxxx\n".repeat(200), 100, 1000)).toThrow(EventTooLongError);
});

test("an empty stream has no events", () => {
  expect(read("")).toEqual([]);
  expect(read("\n\n\n")).toEqual([]);
});
