import type { LanguageModelV4Content } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { compact, tailOf } from "./compact.ts";

const text = (value: string): LanguageModelV4Content => ({ type: "text", text: value });
const reasoning = (value: string): LanguageModelV4Content => ({ type: "reasoning", text: value });
const whole = (...content: LanguageModelV4Content[]) => compact({ content, truncated: false });
const cut = (...content: LanguageModelV4Content[]) => compact({ content, truncated: true });

test("separated reasoning is dropped", () => {
  expect(whole(reasoning("hm"), text("42"))).toBe("42");
});

test("of inline reasoning the text after the last close tag is kept", () => {
  expect(whole(text("<think>a</think>b</think>\n\nthe answer"))).toBe("the answer");
});

test("a close tag without an open one counts: the chat template may have opened it", () => {
  expect(whole(text("let me see</think>7"))).toBe("7");
});

test("the answer tags of the seed format are taken off", () => {
  expect(whole(text("<thinking>…</thinking>\n<answer>\n12\n</answer>\n"))).toBe("12");
  expect(whole(text("<answer>12</answer>"))).toBe("12");
});

test("cut off inside inline reasoning there is no conclusion", () => {
  expect(cut(text("<think>first we"))).toBeNull();
  expect(cut(text("first we (opened by the chat template)"))).toBeNull();
});

test("cut off inside separated reasoning there is no conclusion", () => {
  expect(cut(reasoning("first we"))).toBeNull();
  expect(whole(reasoning("first we"))).toBeNull();
});

test("an unclosed block is reasoning even if the model ended by itself", () => {
  expect(whole(text("<think>so it is 5"))).toBeNull();
});

test("a conclusion cut short after its reasoning is still a conclusion", () => {
  expect(cut(reasoning("hm"), text("The answer is 4"))).toBe("The answer is 4");
  expect(cut(text("<think>hm</think>The answer is 4"))).toBe("The answer is 4");
});

test("an empty conclusion is none", () => {
  expect(whole()).toBeNull();
  expect(whole(text("<think>hm</think>  \n"))).toBeNull();
});

test("a tool call is a conclusion, as text", () => {
  const call: LanguageModelV4Content = {
    type: "tool-call",
    toolCallId: "1",
    toolName: "add",
    input: '{"a":1}',
  };
  expect(whole(reasoning("hm"), call)).toBe(
    '<tool_call>\n{"name": "add", "arguments": {"a":1}}\n</tool_call>',
  );
  expect(whole(text("I add."), call)).toMatch(/^I add\.\n\n<tool_call>/);
});

test("keep-tail takes the end of the reasoning and no half characters", () => {
  const sample = { content: [text("<think>start 🙂end")], truncated: true };
  expect(tailOf(sample, 3)).toBe("end");
  expect(tailOf(sample, 4)).toBe("end");
  expect(tailOf(sample, 5)).toBe("🙂end");
  expect(tailOf({ content: [], truncated: true }, 5)).toBeNull();
});
