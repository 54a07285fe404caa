import { expect, test } from "vitest";
import { exactVerifier, scoreExact } from "./exact.ts";
import { scoreJsonSchema } from "./json-schema.ts";
import { scoreRegex } from "./regex.ts";
import { TimeLimitError, withinTime } from "./time-limit.ts";

test("exact text is compared character by character, in one Unicode form", () => {
  expect(scoreExact(" caf\u00e9\r\nx ", "cafe\u0301\nx").value).toBe(1);
  expect(scoreExact("Yes", "yes").value).toBe(0);
  expect(scoreExact("Yes", "yes", { caseMatters: false }).value).toBe(1);
  expect(scoreExact(String.raw`so \boxed{yes}`, "yes").value).toBe(1);
  expect(scoreExact("", "").value).toBe(1);
  expect(exactVerifier().normalForm?.(String.raw`so \boxed{yes}`)).toBe("yes");
});

test("a pattern is searched, with or without slashes", () => {
  expect(scoreRegex("the year 1984", String.raw`\b19\d\d\b`)).toMatchObject({ value: 1, answer: "1984" });
  expect(scoreRegex("ABC", "/b/i").value).toBe(1);
  expect(scoreRegex("ABC", "b").value).toBe(0);
  expect(scoreRegex("aa", "/a/g").value).toBe(1);
});

test("a pattern that is none, or never ends, is unscored", () => {
  expect(scoreRegex("x", "(").value).toBe("unscored");
  expect(scoreRegex(`${"a".repeat(40)}b`, "^(a+)+$", { timeoutMs: 10 })).toMatchObject({
    value: "unscored",
    explanation: "The pattern backtracks too long: It took longer than 10 ms.",
  });
});

test("work is stopped when its time is up, and its errors come through", () => {
  expect(() =>
    withinTime(() => {
      for (;;);
    }, 5),
  ).toThrow(TimeLimitError);
  expect(() =>
    withinTime(() => {
      throw new RangeError("mine");
    }, 1000),
  ).toThrow("mine");
  expect(withinTime(() => withinTime(() => 1, 1000) + 1, 1000)).toBe(2);
});

const SCHEMA = { type: "object", properties: { a: { type: "integer", minimum: 3 } }, required: ["a"] };

test.each([
  ['{"a": 3}', 1],
  ['Here it is:\n```json\n{"a": 4}\n```\nDone.', 1],
  ['The answer is {"a": 5, "b": {"c": [1]}}.', 1],
  ['{"a": 2}', 0],
  ['{"b": 3}', 0],
  ["[3]", 0],
  ["a: 3", 0],
  ["", 0],
])("%j scores %d against a schema", (message, value) => {
  expect(scoreJsonSchema(message, SCHEMA).value).toBe(value);
  expect(scoreJsonSchema(message, JSON.stringify(SCHEMA)).value).toBe(value);
});

test.each([
  [{ type: "object", required: ["x"] }, "{}", 0],
  [{ not: { type: "string" } }, '"text"', 0],
  [{ if: { type: "string" }, else: { minimum: 5 } }, "4", 0],
  [{ $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "number" }] }, '["a"]', 0],
  [{ prefixItems: [{ type: "number" }] }, "[1]", 1],
])("the whole of the standard counts: %j", (schema, message, value) => {
  expect(scoreJsonSchema(message, schema).value).toBe(value);
});

test("a schema that is none is unscored", () => {
  expect(scoreJsonSchema("{}", "{").value).toBe("unscored");
  expect(scoreJsonSchema("{}", { type: "nonsense" }).value).toBe("unscored");
});

test("a schema whose pattern never ends is stopped", () => {
  const schema = { type: "string", pattern: "^(a+)+$" };
  expect(scoreJsonSchema(JSON.stringify(`${"a".repeat(40)}b`), schema, { timeoutMs: 20 }).value).toBe(
    "unscored",
  );
});
