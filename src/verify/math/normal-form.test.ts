import { expect, test } from "vitest";
import { mathNormalForm } from "./normal-form.ts";

test.each([
  [["1/2", "0.5", String.raw`\boxed{\frac{2}{4}}`, "The answer is 50%.", "x = 1/2"]],
  [["$1,2$", String.raw`\{2, 1\}`, "1 and 2", "x=1 or x=2"]],
  [[String.raw`\sqrt{12}`, String.raw`2\sqrt{3}`]],
  [["(x+1)^2", "x^2+2x+1", "y = (1+x)^2"]],
  [["x+y=1", "2x+2y=2", "1-x-y=0"]],
  [["x<1", String.raw`(-\infty, 1)`, "1>x"]],
  [[String.raw`\text{Yes}`, "yes"]],
  [["5 cm", "5"]],
])("%j have one form", (messages) => {
  expect(new Set(messages.map(mathNormalForm)).size).toBe(1);
});

test("different answers have different forms", () => {
  const answers = [
    "1",
    "-1",
    "1/3",
    "0.33",
    "x",
    "x^2",
    "y",
    "(1,2)",
    "[1,2]",
    "[1,2)",
    "1,2",
    "1:2",
    "yes",
    "no",
  ];
  expect(new Set(answers.map(mathNormalForm)).size).toBe(answers.length);
});

test("a message without an answer has the empty form", () => {
  expect(mathNormalForm("")).toBe("");
});
