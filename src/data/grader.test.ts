import { expect, test } from "vitest";
import { right } from "../verify/score.ts";
import { checkKinds, graderFor } from "./grader.ts";
import type { Problem } from "./problem.ts";
import { worklistProblems } from "./worklists.ts";

const { signal } = new AbortController();
const problem = (kind: Problem["kind"], answer: Problem["answer"], more: Partial<Problem> = {}): Problem => ({
  id: "p",
  prompt: "?",
  kind,
  ...(answer !== undefined && { answer }),
  ...more,
});

test.each([
  [problem("math", "1/2"), "so it is \\boxed{0.5}", "\\boxed{2}"],
  [problem("math", 42), "\\boxed{42}", "\\boxed{24}"],
  [problem("choice", "B"), "The answer is (B).", "The answer is C."],
  [problem("exact", "abc"), " abc ", "ab"],
  [problem("regex", "^a+$"), "aaa", "b"],
  [problem("json-schema", { type: "object", properties: { x: {} }, required: ["x"] }), '{"x": 1}', "{}"],
])("%j tells %j from %j", async (given, good, bad) => {
  const grader = graderFor(given);
  expect((await grader.score(good, signal)).value).toBe(1);
  expect((await grader.score(bad, signal)).value).toBe(0);
});

test("equal mathematics has one normal form, for votes", () => {
  const { normalForm } = graderFor(problem("math", "1"));
  expect(normalForm?.("I get \\boxed{1/2}.")).toBe(normalForm?.("\\boxed{\\frac{1}{2}}"));
});

test("a work list is right only with every part, in whatever order and company they are told", async () => {
  const [given] = worklistProblems({ count: 1 });
  const grader = graderFor(given as Problem);
  const answer = String(given?.answer);
  expect((await grader.score(`I say ${answer}.`, signal)).value).toBe(1);
  expect((await grader.score(answer.slice(0, -4), signal)).value).toBe(0);
  expect(grader.normalForm?.(`So: ${answer.split(" ").reverse().join(", ")}`)).toBe(answer);
});

test("what needs a judge or a sandbox is refused before anything is paid", () => {
  expect(() => checkKinds([problem("judge", "x")], {})).toThrow("need a judge");
  expect(() => checkKinds([problem("code", { tests: [] })], {})).toThrow("a grader with a sandbox");
  expect(() => checkKinds([problem("math", undefined)], {})).toThrow("no gold answer");
  const judge = { name: "judge", score: () => right("x", "") };
  expect(() => checkKinds([problem("judge", "x")], { judge })).not.toThrow();
});

test("a gold answer that its verifier cannot read is an error that names the problem", () => {
  expect(() => graderFor(problem("math", ["a", "list"]))).toThrow("p has an answer");
});
