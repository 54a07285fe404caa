import { expect, test } from "vitest";
import { parseHistory } from "./read-history.ts";

test("chat messages become a prompt", () => {
  const history = [
    { role: "developer", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "Look:" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "zoom", arguments: '{"x":1}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "a cat" },
    { role: "assistant", content: "A cat.", reasoning_content: "whiskers" },
  ];
  expect(parseHistory(history, "h.json")).toEqual([
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "Look:" },
        { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
      ],
    },
    {
      role: "assistant",
      content: [{ type: "tool-call", toolCallId: "c1", toolName: "zoom", input: { x: 1 } }],
    },
    {
      role: "tool",
      content: [
        { type: "tool-result", toolCallId: "c1", toolName: "zoom", output: { type: "text", value: "a cat" } },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "whiskers" },
        { type: "text", text: "A cat." },
      ],
    },
  ]);
});

test("a request's body with messages is taken too", () => {
  const body = { model: "m", messages: [{ role: "user", content: "hi" }] };
  expect(parseHistory(body, "h.json")).toEqual([{ role: "user", content: [{ type: "text", text: "hi" }] }]);
});

test.each([
  [null, "it"],
  ["hello", "it"],
  [[{ role: "robot", content: "x" }], "message 0.role"],
  [
    [
      { role: "user", content: "x" },
      { role: "tool", content: "x" },
    ],
    "message 1.tool_call_id",
  ],
])("%j is refused, saying where", (value, where) => {
  expect(() => parseHistory(value, "h.json")).toThrow(
    `--history: h.json is not a list of OpenAI chat messages (${where}`,
  );
});

test("arguments of a tool call that are no JSON are refused", () => {
  const call = { id: "c", function: { name: "zoom", arguments: "{" } };
  expect(() => parseHistory([{ role: "assistant", tool_calls: [call] }], "h")).toThrow(/a call of zoom/);
});
