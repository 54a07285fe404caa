import { expect, test } from "vitest";
import type { Problem } from "../../data/problem.ts";
import { worklistProblems } from "../../data/worklists.ts";
import { QUALITY_CHECKS, type QualityCheck, qualityIssue } from "./quality.ts";

const all = new Set<QualityCheck>(QUALITY_CHECKS);
const problem = (prompt: Problem["prompt"], more: Partial<Problem> = {}): Problem => ({
  id: "p",
  prompt,
  answer: "4",
  kind: "math",
  ...more,
});
const reasonOf = (one: Problem) => qualityIssue(one, all)?.reason;

test.each([
  "What is $2+2$?",
  "Compute $\\sum_{i=1}^{3} i$.",
  "Let f satisfy: (a) f(1) = 1; (b) f(xy) = f(x)f(y). Find f(4).",
  "1. Every door is red. 2. No door is blue. How many doors are there?",
  "Where [x](y) is the bracket, find [2](3).",
  "Let gcd(a, b) = 2. The order of (b, a) does not matter when a ≠ b. Find the number of such pairs (b, a).",
  "Of the pairs (a, b) and (b, a) are both counted. Let b be the larger one, a ≠ b. Find the number of pairs.",
  "Ein Kreis hat den Radius 2. Bestimme die Fläche.",
  "请问 2+2 等于多少？",
])("a problem of one question is fit: %s", (prompt) => {
  expect(qualityIssue(problem(prompt), all)).toBeUndefined();
});

test.each([
  ["![a triangle](t.png) Find x.", "image"],
  ['<img src="t.png"> Find x.', "image"],
  ["\\includegraphics{t.pdf} Find x.", "image"],
  ["The figure below shows a circle. Find its area.", "image"],
  ["As shown in the diagram, AB = 3. Find BC.", "image"],
  ["In the figure, AB is parallel to CD. Find x.", "image"],
  ["Using the bar chart, find how many chose tennis.", "image"],
  ["See https://example.com/p/3 for the table. Find x.", "link"],
  ["It is on www.example.com. Find x.", "link"],
  ["Is \\url{x} prime?", "link"],
  ["(a) Find x. (b) Find y.", "several-questions"],
  ["Let f(x) = 2x.\na. Find f(1).\nb. Find f(2).", "several-questions"],
  ["1) Find x. 2) Find y.", "several-questions"],
  ["Part A: Compute x. Part B: Compute y.", "several-questions"],
  ["How many are red? How many are blue?", "several-questions"],
  ["红的有几个？蓝的有几个？", "several-questions"],
  ["Prove that $4$ is even.", "no-single-answer"],
  ["Prove the inequality a + b > c.", "no-single-answer"],
  ["Give a proof by induction of the formula.", "no-single-answer"],
])("a problem that is unfit is told by what it has: %s", (prompt, reason) => {
  expect(reasonOf(problem(prompt))).toBe(reason);
});

test("an image in a chat is found, and a chat is read by its last question", () => {
  const image = { type: "image_url" as const, image_url: { url: "data:image/png;base64,AA" } };
  const chat = (last: string): Problem["prompt"] => [
    { role: "user", content: "One? Two?" },
    { role: "assistant", content: "Yes." },
    { role: "user", content: last },
  ];
  expect(reasonOf(problem([{ role: "user", content: [{ type: "text", text: "What is it?" }, image] }]))).toBe(
    "image",
  );
  expect(reasonOf(problem(chat("And three?")))).toBeUndefined();
  expect(reasonOf(problem(chat("Three? Four?")))).toBe("several-questions");
});

test("the gold answer must be one that its verifier can read", () => {
  const bad: Partial<Problem>[] = [
    { answer: "" },
    { answer: "because it follows from the theorem that every even number is twice another number" },
    { answer: "\\frac{1}{" },
    { answer: { a: 1 }, kind: "choice", options: { flags: 7 } },
    { answer: "no tests", kind: "code" },
    { answer: { inputs: [], outputs: [] }, kind: "code" },
    { kind: "worklist" },
    { answer: null, kind: "judge" },
  ];
  for (const more of bad) expect(reasonOf(problem("What is it?", more))).toBe("no-single-answer");
  const { answer: _, ...without } = problem("What is it?");
  expect(reasonOf(without)).toBe("no-single-answer");
  const good: Partial<Problem>[] = [
    { answer: 42 },
    { answer: "\\frac{1}{2}" },
    { answer: "So the answer is, after all that has been said above, \\boxed{7}." },
    { answer: "1, 2" },
    { answer: "B", kind: "choice" },
    { answer: { inputs: ["1"], outputs: ["1"] }, kind: "code" },
    { answer: "free words", kind: "judge" },
  ];
  for (const more of good) expect(reasonOf(problem("What is it?", more))).toBeUndefined();
  expect(reasonOf(worklistProblems({ count: 1 })[0] as Problem)).toBeUndefined();
});

test("a check that is left out finds nothing", () => {
  const image = problem("![x](y) Find x. See https://example.com.");
  expect(qualityIssue(image, new Set())).toBeUndefined();
  expect(qualityIssue(image, new Set(["link"]))?.reason).toBe("link");
});
