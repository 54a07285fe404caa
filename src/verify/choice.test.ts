import { expect, test } from "vitest";
import { choiceVerifier, extractChoice, scoreChoice } from "./choice.ts";

test.each([
  ["B", "B"],
  ["b", "B"],
  ["(c)", "C"],
  ["D. it can't be A or B", "D"],
  ["(D) Alina", "D"],
  ["A Peter\nCelina bum", "A"],
  ["Alina and the answer is\nC Cecile", "C"],
  ["The answer is (B).", "B"],
  ["the answer is c", "C"],
  ["So, the answer is: **C) Paris**", "C"],
  ["The correct option is **(A)**", "A"],
  ["A, B and C are wrong, so D", "D"],
  ["A is false, B is false.\n\nC", "C"],
  [String.raw`\boxed{\text{(E)}}`, "E"],
  ["答案是B。", "B"],
  ["La réponse est B.", "B"],
  ["Ответ: Б", "Б"],
])("%j chooses %s", (message, letter) => {
  expect(extractChoice(message)).toBe(letter);
});

test.each([["I cannot tell"], ["A good answer is hard"], ["The answer is a triangle"], [""]])(
  "%j chooses nothing",
  (message) => {
    expect(extractChoice(message)).toBeUndefined();
    expect(choiceVerifier.normalForm?.(message)).toBe("");
  },
);

test("choices are compared by their letters", () => {
  expect(scoreChoice("It is C.", "(C) Cecile")).toMatchObject({ value: 1, answer: "C" });
  expect(scoreChoice("The answer is B", "C")).toMatchObject({ value: 0, answer: "B" });
  expect(scoreChoice("no idea", "C")).toMatchObject({ value: 0, answer: null });
  expect(scoreChoice("C", "none of them")).toMatchObject({ value: "unscored" });
});
