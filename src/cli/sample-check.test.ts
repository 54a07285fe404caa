import { expect, test } from "vitest";
import { formatConclusion, parseWorklist, sampleProblem, solveWorklist } from "../embedded/worklist.ts";
import { checkSample, sampleCheckLines } from "./sample-check.ts";

const problem = sampleProblem(0);
const digits = solveWorklist(parseWorklist(problem) ?? []);
const right = formatConclusion(digits);
/** Wrong in one part only, another one each. */
const wrong = digits.map((_, i) => formatConclusion(digits.map((d, j) => (i === j ? (d + 1) % 10 : d))));

test("a wrong answer beside a right plurality is told as what it is", () => {
  const check = checkSample(problem, wrong[0] ?? "", wrong);
  expect(check.answer).toEqual({ right: false, rightParts: digits.length - 1 });
  expect(check.plurality).toEqual({ right: true, rightParts: digits.length, text: right });
  expect(check.conclusions).toEqual({ count: wrong.length, right: 0 });
  const lines = sampleCheckLines(check).join("\n");
  expect(lines).toMatch(/the answer above +wrong/);
  expect(lines).toMatch(/plain code +right/);
});

test("an answer without a single part is wrong", () => {
  const check = checkSample(problem, "I do not know.", [right]);
  expect(check.answer).toEqual({ right: false, rightParts: 0 });
  expect(check.conclusions).toEqual({ count: 1, right: 1 });
});

test("a right answer is told as one", () => {
  const lines = sampleCheckLines(checkSample(problem, right, wrong));
  expect(lines.join("\n")).toMatch(/the answer above +right/);
  for (const line of lines) expect(line.length).toBeLessThan(100);
});
