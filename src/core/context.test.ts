import { expect, test } from "vitest";
import { ContextOverflowError, fitMessages } from "./context.ts";
import { userPrompt } from "./solve.ts";

const countTokens = (text: string) => [...text].length;
const render = (messages: readonly string[]) => userPrompt(["problem", ...messages].join(""));
const options = { countTokens, minMessages: 1, policy: "trim-middle" } as const;

test("messages that fit are left alone", () => {
  const messages = ["aaa", "bb"];
  expect(fitMessages(messages, render, { ...options, contextWindow: 12 })).toEqual({
    messages,
    trimmed: 0,
    dropped: 0,
    tokens: 12,
  });
});

test("trim-middle shortens the longest only, keeps both ends, and fits", () => {
  const long = `start${"x".repeat(500)}end`;
  const fitted = fitMessages(["short", long], render, { ...options, contextWindow: 100 });
  expect(fitted).toMatchObject({ trimmed: 1, dropped: 0 });
  expect(fitted.tokens).toBeLessThanOrEqual(100);
  expect(fitted.tokens).toBeGreaterThan(90);
  expect(fitted.messages[0]).toBe("short");
  expect(fitted.messages[1]).toMatch(/^start.*\[…\].*end$/s);
});

test("trim-middle never cuts a character in two", () => {
  const fitted = fitMessages(["🙂".repeat(300)], render, { ...options, contextWindow: 60 });
  expect(fitted.messages[0]).toMatch(/^(🙂)+\n\[…\]\n(🙂)+$/u);
});

test("drop-longest leaves out the longest and keeps the order", () => {
  const fitted = fitMessages(["aa", "bbbbbbbbbb", "cc", "dddd"], render, {
    ...options,
    policy: "drop-longest",
    contextWindow: 12,
  });
  expect(fitted).toMatchObject({ messages: ["aa", "cc"], dropped: 2, trimmed: 0 });
});

test("drop-longest does not go below minMessages", () => {
  const policy = "drop-longest" as const;
  expect(() =>
    fitMessages(["aaaaaa", "bbbbbb"], render, { ...options, policy, minMessages: 2, contextWindow: 14 }),
  ).toThrow(ContextOverflowError);
});

test("the output's room is kept free", () => {
  const fitted = fitMessages(["a".repeat(80)], render, {
    ...options,
    contextWindow: 100,
    maxOutputTokens: 40,
  });
  expect(fitted.tokens).toBeLessThanOrEqual(60);
});

test("the policy error refuses, and so does a problem that is too long by itself", () => {
  expect(() => fitMessages(["aaaa"], render, { ...options, policy: "error", contextWindow: 10 })).toThrow(
    /11 tokens/,
  );
  expect(() => fitMessages([], render, { ...options, contextWindow: 3 })).toThrow(ContextOverflowError);
});
