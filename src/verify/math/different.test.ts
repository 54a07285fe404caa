import { expect, test } from "vitest";
import type { MathOptions } from "./options.ts";
import { scoreMath } from "./score-math.ts";

// A false "equal" is paid for with a reward; so these matter more than the equal ones.
const DIFFERENT: [gold: string, prediction: string, options?: MathOptions][] = [
  [String.raw`$\sqrt{x^2}$`, "$x$"],
  ["2^{99}", "2^{99}+1"],
  ["2^{100}", "1267650600228229401496703205377"],
  [String.raw`$\sqrt{10^{20}+1}$`, "$10^{10}$"],
  ["262537412640768744", String.raw`$e^{\pi\sqrt{163}}$`],
  [String.raw`$10\%$`, "10"],
  ["$(1,2)$", "$(2,1)$"],
  ["$(1,2)$", "$[1,2]$"],
  [String.raw`$(-\infty, 2]$`, String.raw`$x \le 2$`],
  ["$y=2x+3$", "$y=2x+4$"],
  ["$(x-1)^2$", "$x^2-2x+2$"],
  ["5 cm", "5 m"],
  ["$1+2i$", "$1-2i$"],
  ["$0.333$", "1/3"],
  [String.raw`$\sqrt 2$`, "1.414"],
  ["no solution", "infinitely many"],
  ["$f(x)=x^2$", "$g(x)=x^2$"],
  ["1:2", "2:1"],
  ["$x=3,y=4$", "$(4,3)$"],
  ["$x=3,y=4$", "$4,3$"],
  ["$x=3,y=4$", "$x=4,y=3$"],
  [String.raw`$2\le x<5$`, "$(2,5)$"],
  ["5", "9^{9^{9^9}}"],
  ["$x_1=2,x_2=3$", "$4,5$"],
  ["$a_3=2,a_{37}=19$", "$19,2$"],
  ["$10^{-9}$", "0.000000002"],
  [String.raw`$\frac{1}{3}$`, "$0.34$", { precision: 2 }],
  ["$4$", String.raw`$4\sqrt{2}$`, { precision: 5 }],
  ["$-2 < x < 7$", String.raw`$x \in [-2,7]$`],
  ["$34x+45y-20z+100=0$", "$34x+45y-20z-100=0$"],
  [String.raw`$x+2y \le 4$`, "$2y < 4 - x$"],
  [String.raw`\text{Yes}`, "no"],
  [String.raw`$\frac{x}{2y}$`, "$x/2y$"],
  ["$12:00$", "$1:00$"],
  ["1/2", "0.51"],
  ["7", "-7"],
  ["7", ""],
  [String.raw`$\infty$`, String.raw`$-\infty$`],
  ["$x y$", "$x+y$"],
  [String.raw`\sqrt{67},-\sqrt{85}`, String.raw`-\sqrt{85},-\sqrt{67}`],
  ["$5$", "$x=5$ or $x=6$"],
  ["5", "-5"],
  ["$204_5$", "$204_6$"],
  ["1, 2, 3", "1, 2"],
  ["1, 2", "1, 2, 3"],
  ["$(1, 2, 3)$", "$(1,2)$"],
  ["2^{k+1}", "2^k+1"],
  ["(x+1)(x+2)", "x^2+3x+3"],
  ["6", "6 or 8"],
  ["0.7", "0.71"],
  ["$2^{2023}$", "0.0833333333333333"],
  ["$(1,2)$", "x=1 or x=2"],
  [String.raw`$\{1,2\}$`, String.raw`$\begin{cases} x=1\\ y=2\end{cases}$`],
  ["$[-3,2]$", "-3, 2"],
  ["$5$", "$5x$"],
  ["$x$", "$y$"],
  [String.raw`$\frac{1}{x}$`, "$x$"],
  [String.raw`$\sin x$`, "$x$"],
  [String.raw`$\sin x$`, String.raw`$\cos x$`],
  [String.raw`$\ln x$`, String.raw`$\log_{10} x$`],
  ["$x^2$", "$x^3$"],
  ["$1.5$", "15"],
  ["0.1", "0.01"],
  ["1e-7", "0"],
  ["$10^{-20}$", "0"],
  ["$10^{20}+1$", "$10^{20}$"],
  ["$1+10^{-12}$", "1"],
  [String.raw`$\sqrt{2}+10^{-12}$`, String.raw`$\sqrt2$`],
  ["$x+10^{-13}$", "$x$"],
  [String.raw`$\pi$`, String.raw`$\frac{355}{113}$`],
  [String.raw`$\pi$`, "3.1416"],
  [String.raw`$\pi$`, String.raw`$\frac{245850922}{78256779}$`],
  [String.raw`$\frac{22}{7}$`, String.raw`\pi`],
  [String.raw`$\text{cat}$`, String.raw`$\text{act}$`],
  ["cat", "act"],
  ["$(0,1)$", "$[0,1]$"],
  ["$x>3$", String.raw`$x\ge 3$`],
  ["$x>3$", "$y>3$"],
  ["$x>3$", "$x<3$"],
  ["$x>3$", "3"],
  ["$3$", "$x>3$"],
  ["$3$", "$(3,4)$"],
  [String.raw`$\{3\}$`, String.raw`$\{3,4\}$`],
  ["$x=3$", "$y=3$"],
  ["$x=3$", "$x=-3$"],
  ["$2:3$", "$2/3$"],
  [String.raw`$\frac{1}{2}$`, String.raw`$\frac{2}{1}$`],
  ["$i$", "$-i$"],
  [String.raw`$\sqrt{-4}$`, "2"],
  ["$|x|$", "$x$"],
  [String.raw`$\sqrt{x^2}$`, "$-x$"],
  ["$(a,b)$", "$(b,a)$"],
  [String.raw`$\begin{pmatrix}1&2\end{pmatrix}$`, String.raw`$\begin{pmatrix}1\\2\end{pmatrix}$`],
  ["$f(x)=x$", "$f(y)=x$"],
  ["$y=x^2$", "$x=y^2$"],
  ["$x^2+y^2=1$", "$x^2+y^2=2$"],
  ["$x+y=5$", "5"],
  ["5", "$x+y=5$"],
  ["$xy=1$", "1"],
  ["100", "1,00"],
  ["1,2", "12"],
  ["12", "1,2"],
  ["$5$ apples", "6 apples"],
  ["5 km", "5 miles"],
  ["$n$", "$m$"],
  [String.raw`$\sum_{k=1}^n k$`, String.raw`$\sum_{k=1}^m k$`],
  ["$n!$", "$m!$"],
  ["$2^n$", "$n^2$"],
  ["$C_1 e^x$", "$C_1 e^{-x}$"],
  ["yes", "no"],
  ["True", "False"],
  [String.raw`$\mathbb{R}$`, String.raw`$\mathbb{Z}$`],
  [String.raw`$\mathbb{R}\setminus\{0\}$`, String.raw`$\mathbb{R}$`],
  ["A", "B"],
  ["A", "a"],
  ["9", "6"],
  ["1/3", "0.33333"],
  ["33%", "1/3"],
  ["$0.5$", "50"],
  ["3.5", "7/3"],
  [String.raw`$\frac{3}{2}$`, String.raw`$1\frac{1}{3}$`],
  [String.raw`$\tan x$`, String.raw`$\cot x$`],
  [String.raw`$\arcsin x$`, String.raw`$\frac{1}{\sin x}$`],
  [String.raw`$x\cdot 0$`, "$1$"],
  ["$4x-4$", "$4(x-4)$"],
  [String.raw`\text{none}`, "0"],
  [String.raw`$\infty$`, "10^{400}"],
  ["10^{400}", "10^{401}"],
  ["$10^{400}$", "$10^{400}+1$"],
  ["$e^{1000}$", "$e^{1001}$"],
  [String.raw`\frac{1}{998001}`, "0.000001"],
  ["$(x-1)(x-2)(x-3)$", "$(x-1)(x-2)(x-4)$"],
  ["12", "1 2"],
  [String.raw`$5\text{ million}$`, "5"],
  ["5", "5 thousand"],
  [String.raw`$\text{12 PM}$`, "12 AM"],
  [String.raw`$\text{12 PM}$`, String.raw`$\text{12 AM}$`],
  ["5", String.raw`$5\text{ or more}$`],
  ["5", String.raw`\text{at least }5`],
  ["9 m/s", "9 km/h"],
  [String.raw`5 \text{ cm}`, String.raw`5 \text{ cm}^2`],
];

test.each(DIFFERENT)("%s is not answered by %s", (gold, prediction, options) => {
  expect(scoreMath(prediction, gold, options).value).not.toBe(1);
});

test("what cannot be decided is unscored", () => {
  for (const prediction of ["9^{9^{9^9}}/9^{9^{9^9}}+4", String.raw`\frac{0}{0}`])
    expect(scoreMath(prediction, "5")).toMatchObject({ value: "unscored", answer: prediction });
});

test("a tower of powers differs from a number that can be written", () => {
  expect(scoreMath("9^{9^{9^9}}", "5").value).toBe(0);
  expect(scoreMath("10^{10^{10}}!", "10^{100}").value).toBe(0);
});

test("an empty gold answer is unscored, an empty prediction is wrong", () => {
  expect(scoreMath("5", "  ").value).toBe("unscored");
  expect(scoreMath("", "5")).toEqual({ value: 0, answer: null, explanation: "No answer was found." });
});

test("a gold answer that cannot be read is unscored, unless the prediction is the same text", () => {
  const gold = String.raw`$\int_0^1 g(t)\,dt$`;
  expect(scoreMath("5", gold).value).toBe("unscored");
  expect(scoreMath(String.raw`\boxed{\int_0^1 g(t) dt}`, gold).value).toBe(1);
});

test("a prediction that cannot be read is wrong", () => {
  expect(scoreMath(String.raw`\boxed{\int_0^1 g(t)\,dt}`, "5").value).toBe(0);
});

test("the order of a bare list matters on request", () => {
  expect(scoreMath("2, 1", "1, 2").value).toBe(1);
  expect(scoreMath("2, 1", "1, 2", { listOrder: "kept" }).value).toBe(0);
});
