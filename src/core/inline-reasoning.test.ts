import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { type InlineReasoning, reasoningSplitter, separateReasoning } from "./inline-reasoning.ts";

const finish = {
  type: "finish",
  finishReason: { unified: "stop", raw: undefined },
  usage: {},
} as LanguageModelV4StreamPart;

/** Feed a text in pieces of `size`; collect what comes out by kind. */
function split(text: string, size: number, habit: InlineReasoning = "none") {
  const out = { text: "", reasoning: "", order: [] as string[] };
  const feed = reasoningSplitter((part) => {
    if (part.type === "text-delta") out.text += part.delta;
    if (part.type === "reasoning-delta") out.reasoning += part.delta;
    if (!part.type.endsWith("delta")) out.order.push(part.type);
  }, habit);
  feed({ type: "text-start", id: "0" });
  for (let at = 0; at < text.length; at += size)
    feed({ type: "text-delta", id: "0", delta: text.slice(at, at + size) });
  feed({ type: "text-end", id: "0" });
  feed(finish);
  return out;
}

test.each([1, 2, 3, 7, 1000])("inline reasoning leaves a stream as reasoning, in pieces of %i", (size) => {
  expect(split("\n<think>a < b</thin></think>\n\nx < y", size)).toEqual({
    text: "x < y",
    reasoning: "a < b</thin>",
    order: ["reasoning-start", "reasoning-end", "text-start", "text-end", "finish"],
  });
});

test.each([1, 5, 1000])("plain text passes, whatever it looks like later, in pieces of %i", (size) => {
  expect(split("a <think>b</think>", size)).toMatchObject({ text: "a <think>b</think>", reasoning: "" });
  expect(split("<th", size)).toMatchObject({ text: "<th", reasoning: "" });
});

test("a bare block is known from earlier rounds", () => {
  expect(split("hm</think>7", 2, "bare")).toMatchObject({ text: "7", reasoning: "hm" });
});

test("a stream cut off inside its reasoning has no text", () => {
  expect(split("<think>hm</thi", 3)).toMatchObject({ text: "", reasoning: "hm</thi" });
});

test("reasoning that the server separates passes through", () => {
  const parts: string[] = [];
  const feed = reasoningSplitter((part) => parts.push(part.type), "bare");
  feed({ type: "reasoning-start", id: "r" });
  feed({ type: "reasoning-delta", id: "r", delta: "hm" });
  feed({ type: "reasoning-end", id: "r" });
  feed({ type: "text-start", id: "t" });
  feed({ type: "text-delta", id: "t", delta: "7" });
  feed({ type: "text-end", id: "t" });
  expect(parts).toEqual([
    "reasoning-start",
    "reasoning-delta",
    "reasoning-end",
    "text-start",
    "text-delta",
    "text-end",
  ]);
});

test("finished content is separated the same way", () => {
  expect(separateReasoning([{ type: "text", text: "<think>hm</think>\n7" }])).toEqual([
    { type: "reasoning", text: "hm" },
    { type: "text", text: "7" },
  ]);
  expect(separateReasoning([{ type: "text", text: "7 <think>" }])).toEqual([
    { type: "text", text: "7 <think>" },
  ]);
});
