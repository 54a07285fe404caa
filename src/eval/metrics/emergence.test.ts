import { expect, test } from "vitest";
import {
  crossChecks,
  emergentCorrectness,
  novelAnswers,
  pluralityAgreement,
  type SynthesisCase,
} from "./emergence.ts";

const refs = (...answers: string[]) =>
  answers.map((answer) => ({ answer, value: answer === "?" ? null : answer === "right" ? 1 : 0 }));
const synthesis = (answer: string, ...references: string[]): SynthesisCase => ({
  answer,
  value: answer === "?" ? null : answer === "right" ? 1 : 0,
  references: refs(...references),
});

const cases = [
  synthesis("right", "a", "b"), // emergent
  synthesis("c", "a", "b"), // wrong, and new
  synthesis("a", "a", "b"), // wrong, copied
  synthesis("right", "right", "b"), // not emergent: one reference is right
  synthesis("right", "a", "?"), // cannot be told
  synthesis("?", "a", "b"), // unscored
  synthesis("right"), // nothing was read
];

test("emergent correctness counts right answers over wrong messages alone, and says how many cases", () => {
  expect(emergentCorrectness(cases)).toEqual({ count: 1, cases: 3, rate: 1 / 3 });
  expect(emergentCorrectness([])).toEqual({ count: 0, cases: 0, rate: undefined });
});

test("a partly right message is wrong for emergence, and a partly right answer is not right", () => {
  const half = { answer: "h", value: 0.5 };
  expect(emergentCorrectness([{ answer: "r", value: 1, references: [half] }]).rate).toBe(1);
  expect(emergentCorrectness([{ ...half, references: [half] }]).rate).toBe(0);
});

test("answers in no reference are split into right and wrong, over all scored cases", () => {
  // Scored with references: the first five. New: "right" over a,b; "c"; "right" over a,?.
  expect(novelAnswers(cases)).toEqual({
    right: { count: 2, cases: 5, rate: 0.4 },
    wrong: { count: 1, cases: 5, rate: 0.2 },
  });
});

test("agreement is with the largest group of references, and with any of several level ones", () => {
  expect(pluralityAgreement([synthesis("a", "a", "a", "b")]).rate).toBe(1);
  expect(pluralityAgreement([synthesis("b", "a", "a", "b")]).rate).toBe(0);
  expect(pluralityAgreement([synthesis("b", "a", "b")]).rate).toBe(1);
});

test("cross-checking words are whole words, in any case and in Chinese", () => {
  expect(crossChecks("Reference 2 and the references disagree; preferences do not count.")).toBe(3);
  expect(crossChecks("根据参考答案")).toBe(1);
  expect(crossChecks("")).toBe(0);
});
