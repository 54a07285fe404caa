import { expect, test } from "vitest";
import { mathNormalForm } from "./normal-form.ts";
import { scoreMath } from "./score-math.ts";

const MEGABYTE = 1_000_000;
const repeated = (text: string, length = MEGABYTE) => text.repeat(Math.ceil(length / text.length));

// bench/verify-math.ts holds these to 50 ms; here they must end, in bounded memory, and be no right answer.
const FLOODS = [
  ..."{}[]()$\\^_-.,!|% \n1ax0",
  "\\boxed{",
  "\\boxed{1",
  "\\(",
  "\\(\n",
  "\\[ ",
  "$$",
  "$1",
  "$a\n",
  "\\begin{align}",
  "\\frac{1}{",
  "\\text{",
  "answer is ",
  "final answer ",
  "therefore ",
  "111,",
  "1 ",
  "1,",
  "\\sqrt",
  "\u{1d7d9}",
  "\ud800",
  "\0",
  "<think>",
  "</think>",
  "<answer>",
  "ratio 3 to ",
  "(1,",
  "2x + ",
  "1:",
  "0.3...",
  "$n$ is ",
];

test.each(FLOODS)("a megabyte of %j ends", (text) => {
  expect(scoreMath(repeated(text), "5").value).not.toBe(1);
  expect(typeof mathNormalForm(repeated(text))).toBe("string");
});

const NESTED = [
  ["braces", repeated("{", 1500) + repeated("}", 1500)],
  ["brackets", `${"(".repeat(1400)}1${")".repeat(1400)}`],
  ["fractions", `${"\\frac{1}{".repeat(300)}2${"}".repeat(300)}`],
  ["roots", `${"\\sqrt{".repeat(400)}2${"}".repeat(400)}`],
  ["powers", `${"x^{".repeat(400)}2${"}".repeat(400)}`],
  ["sets", `${"\\{".repeat(400)}1,2${"\\}".repeat(400)}`],
  ["matrices", "\\begin{pmatrix}".repeat(150)],
  ["functions", `${"\\sin ".repeat(500)}x`],
  ["factorials", `${"(".repeat(50)}100!${")!".repeat(50)}`],
  ["bars", "|".repeat(1401)],
] as const;

test.each(NESTED)("deeply nested %s end", (_, text) => {
  expect(scoreMath(`\\boxed{${text}}`, "5").value).not.toBe(1);
  expect(scoreMath("5", `\\boxed{${text}}`).value).not.toBe(1);
});

test("a function of nothing is no answer", () => {
  expect(scoreMath("$\\max\\{\\}$", "5").value).not.toBe(1);
  expect(scoreMath("5", "$\\max\\{\\}$").value).not.toBe(1);
});

const COSTLY = [
  String.raw`\sum_{k=1}^{1000} \sum_{j=1}^{1000} \sum_{i=1}^{1000} k+j+i`,
  String.raw`\prod_{k=1}^{1000} \prod_{j=1}^{1000} k^{j}`,
  String.raw`\gcd(3^{14000}, 7^{8000})`,
  String.raw`\binom{10^{15}}{2400}`,
  Array(200).fill("2500!").join("+"),
  Array.from({ length: 150 }, (_, k) => String.raw`\frac{1}{${10 ** 15 + k}}`).join("+"),
  String.raw`\begin{pmatrix}x&1\\1&1\end{pmatrix}`.repeat(30),
];

test.each(COSTLY)("%s ends unscored or wrong", (text) => {
  expect(scoreMath(`\\boxed{${text}}`, "5").value).not.toBe(1);
});

test("what runs out of steps is unscored and says so", () => {
  expect(scoreMath(`\\boxed{${Array(200).fill("2500!").join("+")}}`, "5")).toMatchObject({
    value: "unscored",
    explanation: "The answer is too complex to check: out of steps.",
  });
});
