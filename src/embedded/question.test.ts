import { expect, test } from "vitest";
import { aggregationPrompt, synthesisPrompt } from "./prompts.ts";
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
