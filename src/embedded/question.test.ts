import { expect, test } from "vitest";
import { aggregationPrompt, auditPrompt, surveyPrompt, synthesisPrompt } from "./prompts.ts";
import { readQuestion } from "./question.ts";
import { createTokenizer } from "./tokenizer.ts";
import { sampleProblem } from "./worklist.ts";

const PROBLEM = sampleProblem(1);
const plain = ["A=1 B=2 C=3", "", "A=9"];

test("prompts in the model's own form are read as they are", () => {
  for (const text of [PROBLEM, synthesisPrompt(PROBLEM, plain), aggregationPrompt(plain)]) {
    expect(readQuestion(text)).toBe(text);
  }
});

test("references of another form are read as the digits they name", () => {
  const odd = ["G=3 F=4 A=3", "So **A = 1**, B=2.", "no idea", "A=1 B=2\n", " C=4"];
  const read = ["A=3 F=4 G=3", "A=1 B=2", "", "A=1 B=2", " C=4"];
  expect(readQuestion(synthesisPrompt(PROBLEM, odd))).toBe(synthesisPrompt(PROBLEM, read));
  expect(readQuestion(aggregationPrompt(odd))).toBe(aggregationPrompt(read));
  expect(createTokenizer().encode(synthesisPrompt(PROBLEM, read))).toBeDefined();
});

test("whole trajectories keep their reasoning, where it is the model's own", () => {
  const line = "\nB: 4 +1, 5 then ×3, 5 then +7 2 B=2";
  const own = `<think>${line}${line}\n</think>\n\nA=1 B=2`;
  const read = synthesisPrompt(PROBLEM, [own, "A=1 B=2"]);
  expect(
    readQuestion(synthesisPrompt(PROBLEM, [`<think>${line.trim()}${line}</think>A = 1 and B=2`, "A=1 B=2"])),
  ).toBe(read);
  expect(createTokenizer().encode(read)).toBeDefined();
  const surveyed = `<think>\nReferences: A=1 B disputed${line}\n</think>\n\nA=1 B=2`;
  expect(readQuestion(synthesisPrompt(PROBLEM, [surveyed]))).toBe(synthesisPrompt(PROBLEM, [surveyed]));
  expect(createTokenizer().encode(synthesisPrompt(PROBLEM, [surveyed]))).toBeDefined();
  const foreign = synthesisPrompt(PROBLEM, ["<think>\nB is 4 or so</think>A=1 B=2"]);
  expect(readQuestion(foreign)).toBe(synthesisPrompt(PROBLEM, ["A=1 B=2"]));
});

test.each([
  ["audit", auditPrompt(PROBLEM, plain)],
  ["survey", surveyPrompt(plain)],
])("the %s instruction is a prompt of its own", (_, prompt) => {
  expect(readQuestion(prompt)).toBe(prompt);
  expect(createTokenizer().encode(prompt)).toBeDefined();
});

test("white space around the problem and the prompt does not matter", () => {
  expect(readQuestion(`\n${PROBLEM} \n`)).toBe(PROBLEM);
  expect(readQuestion(`${synthesisPrompt(`${PROBLEM}\n\n`, plain)}\n`)).toBe(synthesisPrompt(PROBLEM, plain));
});

test.each([
  "",
  "What is 2+2?",
  synthesisPrompt("What is 2+2?", ["4"]),
  aggregationPrompt(plain).slice(0, -1),
])("%j is no prompt of its", (text) => {
  expect(readQuestion(text)).toBeUndefined();
});
