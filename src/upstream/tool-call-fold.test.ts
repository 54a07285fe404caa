import { expect, test } from "vitest";
import { ToolCallFold, type ToolCallFragment } from "./tool-call-fold.ts";

function fold(fragments: ToolCallFragment[]) {
  const calls = new ToolCallFold();
  for (const fragment of fragments) calls.add(fragment);
  return calls.calls() as {
    id?: string;
    function: { name: string; arguments: string };
  }[];
}

const fn = (name: string | undefined, args?: unknown) => ({ ...(name && { name }), arguments: args });

test("fragments of several calls, interleaved, are joined by index", () => {
  const calls = fold([
    { index: 0, id: "a", function: fn("add", "") },
    { index: 1, id: "b", function: fn("mul", "{") },
    { index: 0, function: fn(undefined, '{"x"') },
    { index: 1, function: fn(undefined, "}") },
    { index: 0, function: fn(undefined, ":1}") },
  ]);
  expect(calls.map(({ id, function: f }) => [id, f.name, f.arguments])).toEqual([
    ["a", "add", '{"x":1}'],
    ["b", "mul", "{}"],
  ]);
});

test("arguments may be split anywhere", () => {
  const text = JSON.stringify({ query: 'a "quoted" \\ wörd 🙂' });
  for (let cut = 0; cut <= text.length; cut++) {
    const parts = [text.slice(0, cut), text.slice(cut)].map((part) => ({
      index: 0,
      function: fn(undefined, part),
    }));
    expect(fold([{ index: 0, id: "a", function: fn("f", "") }, ...parts])[0]?.function.arguments).toBe(text);
  }
});

test("whole calls in one chunk need no index", () => {
  expect(
    fold([
      { id: "a", function: fn("f", "{}") },
      { id: "b", function: fn("g", "{}") },
    ]),
  ).toHaveLength(2);
  expect(fold([{ function: fn("f", "{}") }, { function: fn("g", "{}") }])).toHaveLength(2);
});

test("whole calls that all claim index 0 are told apart by their ids", () => {
  const calls = fold([
    { index: 0, id: "a", function: fn("f", "{}") },
    { index: 0, id: "b", function: fn("f", "{}") },
  ]);
  expect(calls.map((call) => call.id)).toEqual(["a", "b"]);
});

test("a call without an id has none, one without arguments has an empty object", () => {
  expect(fold([{ index: 0, function: fn("f", "") }])).toEqual([
    { type: "function", function: { name: "f", arguments: "{}" } },
  ]);
});

test("ids and names that are repeated with every fragment are not joined", () => {
  const part = (args: string) => ({ index: 0, id: "a", function: fn("f", args) });
  expect(fold([part('{"x":'), part("1}")])).toEqual([
    { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
  ]);
});

test("arguments sent as an object become JSON text", () => {
  expect(fold([{ index: 0, id: "a", function: fn("f", { x: 1 }) }])[0]?.function.arguments).toBe('{"x":1}');
});

test("a call that never names its function is noticed", () => {
  const calls = new ToolCallFold();
  calls.add({ index: 0, id: "a", function: { arguments: "{}" } });
  expect(calls.nameless).toBe(true);
});
