import { expect, test } from "vitest";
import type { Problem } from "../../data/problem.ts";
import { encodeLabel, isInlined, LabelError, parseLabel } from "./label.ts";

const problem: Problem = {
  id: "aime-7",
  prompt: "What is 6·7?",
  answer: "42",
  kind: "math",
  options: { precision: 4 },
  meta: { source: "aime" },
};

test("a label carries what the verifier of mathematics needs, and not the question", () => {
  const label = encodeLabel("s1-3", problem, { messages: 24, right: 3, domain: "contest" });
  expect(label).not.toContain("What is");
  expect(parseLabel(label)).toEqual({
    id: "s1-3",
    problem: "aime-7",
    kind: "math",
    domain: "contest",
    messages: 24,
    right: 3,
    inlined: { prompt: "", answer: "42", options: { precision: 4 } },
  });
});

test("a work list's label carries its prompt, which its verifier reads", () => {
  const list: Problem = { id: "w", prompt: "a: 1 + 1", kind: "worklist" };
  expect(parseLabel(encodeLabel("i", list)).inlined).toEqual({ prompt: "a: 1 + 1" });
});

test("what is large is named, not carried", () => {
  const tests = Array.from({ length: 500 }, (_, i) => ({ input: `${i}\n`, output: `${i * i}\n` }));
  const program: Problem = { id: "p", prompt: "Square it.", kind: "code", answer: { tests } };
  const label = encodeLabel("i", program);
  expect(isInlined(program)).toBe(false);
  expect(label.length).toBeLessThan(100);
  expect(parseLabel(label)).toEqual({ id: "i", problem: "p", kind: "code", domain: "code", messages: 0 });
});

test("a label of somebody's own needs an id and an answer: it is mathematics", () => {
  const { kind, problem: named, inlined } = parseLabel('{"id": "e0001", "answer": "42"}');
  expect({ kind, named, inlined }).toEqual({
    kind: "math",
    named: "e0001",
    inlined: { prompt: "", answer: "42" },
  });
});

test.each([
  "",
  "42",
  "null",
  "[]",
  "{",
  '{"answer": "42"}',
  '{"id": "", "answer": 1}',
  '{"id":"a","kind":"x"}',
])("%s is no label, and the error says what writes one", (text) => {
  expect(() => parseLabel(text)).toThrow(LabelError);
  expect(() => parseLabel(text)).toThrow("write it with encodeLabel");
});
