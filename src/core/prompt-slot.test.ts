import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { NoProblemError, problemOf, replaceProblem } from "./prompt-slot.ts";

const image = {
  type: "file",
  mediaType: "image/png",
  data: { type: "data", data: new Uint8Array([1]) },
} as const;

test("only the last user turn's text is replaced", () => {
  const prompt: LanguageModelV4Prompt = [
    { role: "system", content: "be brief" },
    { role: "user", content: [{ type: "text", text: "first" }] },
    { role: "assistant", content: [{ type: "text", text: "reply" }] },
    { role: "user", content: [{ type: "text", text: "second" }] },
  ];
  expect(problemOf(prompt)).toBe("second");
  const replaced = replaceProblem(prompt, "P");
  expect(replaced.slice(0, 3)).toEqual(prompt.slice(0, 3));
  expect(replaced[3]).toEqual({ role: "user", content: [{ type: "text", text: "P" }] });
  expect(problemOf(prompt)).toBe("second");
});

test("images of the turn stay where they were, several texts become one", () => {
  const prompt: LanguageModelV4Prompt = [
    { role: "user", content: [image, { type: "text", text: "a" }, image, { type: "text", text: "b" }] },
  ];
  expect(problemOf(prompt)).toBe("a\nb");
  expect(replaceProblem(prompt, "P")).toEqual([
    { role: "user", content: [image, { type: "text", text: "P" }, image] },
  ]);
});

test("a turn of nothing but images gets the text before them", () => {
  const prompt: LanguageModelV4Prompt = [{ role: "user", content: [image] }];
  expect(problemOf(prompt)).toBe("");
  expect(replaceProblem(prompt, "P")).toEqual([
    { role: "user", content: [{ type: "text", text: "P" }, image] },
  ]);
});

test("provider options of the turn and of its text stay", () => {
  const cache = { anthropic: { cacheControl: { type: "ephemeral" } } };
  const prompt: LanguageModelV4Prompt = [
    { role: "user", content: [{ type: "text", text: "a", providerOptions: cache }], providerOptions: cache },
  ];
  expect(replaceProblem(prompt, "P")).toEqual([
    { role: "user", content: [{ type: "text", text: "P", providerOptions: cache }], providerOptions: cache },
  ]);
});

test("a tool result that comes last is the observation that fills the slot", () => {
  const result = (value: string, toolCallId: string) =>
    ({ type: "tool-result", toolCallId, toolName: "t", output: { type: "text", value } }) as const;
  const prompt: LanguageModelV4Prompt = [
    { role: "user", content: [{ type: "text", text: "question" }] },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "t", input: {} }] },
    { role: "tool", content: [result("sun", "1"), result("rain", "2")] },
  ];
  expect(problemOf(prompt)).toBe("rain");
  const replaced = replaceProblem(prompt, "P");
  expect(replaced[0]).toEqual(prompt[0]);
  expect(replaced[2]).toEqual({ role: "tool", content: [result("sun", "1"), result("P", "2")] });
});

test("an observation in JSON is read as JSON and a picture in it stays", () => {
  const picture = {
    type: "file",
    mediaType: "image/png",
    data: { type: "url", url: new URL("https://x/y.png") },
  } as const;
  const json: LanguageModelV4Prompt = [
    {
      role: "tool",
      content: [
        { type: "tool-result", toolCallId: "1", toolName: "t", output: { type: "json", value: { a: 1 } } },
      ],
    },
  ];
  expect(problemOf(json)).toBe('{"a":1}');
  const output = { type: "content", value: [{ type: "text", text: "seen" }, picture] } as const;
  const mixed = [
    { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "t", output }] },
  ];
  const [message] = replaceProblem(mixed as unknown as LanguageModelV4Prompt, "P");
  expect(message?.content[0]).toMatchObject({ output: { value: [{ type: "text", text: "P" }, picture] } });
});

test("an assistant turn after the problem stays in place", () => {
  const prompt: LanguageModelV4Prompt = [
    { role: "user", content: [{ type: "text", text: "x" }] },
    { role: "assistant", content: [{ type: "text", text: "Sure:" }] },
  ];
  expect(replaceProblem(prompt, "P")[1]).toEqual(prompt[1]);
});

test("a prompt without a problem is refused", () => {
  expect(() => problemOf([{ role: "system", content: "s" }])).toThrow(NoProblemError);
  expect(() => problemOf([])).toThrow(NoProblemError);
});
