import { expect, test } from "vitest";
import { NotMathematicsError } from "./cursor.ts";
import type { Expression } from "./expression.ts";
import { Fuel, OutOfFuelError } from "./limits.ts";
import { parse } from "./parse.ts";
import type { Commas } from "./token.ts";

/** A parse as a short text, so that its grouping can be read. */
function show(e: Expression): string {
  const all = (parts: Expression[], separator = " ") => parts.map(show).join(separator);
  switch (e.kind) {
    case "number":
      return e.digits;
    case "variable":
    case "constant":
    case "number-set":
      return e.name;
    case "add":
      return `(+ ${all(e.of)})`;
    case "multiply":
      return `(* ${all(e.of)})`;
    case "negate":
      return `(- ${show(e.of)})`;
    case "divide":
      return `(/ ${all([e.of, e.by])})`;
    case "power":
      return `(^ ${all([e.of, e.to])})`;
    case "root":
      return `(root ${all([e.of, e.degree])})`;
    case "call":
    case "apply":
      return `${e.name}(${all(e.of, ",")})`;
    case "list":
      return `list[${all(e.items, ",")}]`;
    case "set":
      return `set[${all(e.items, ",")}]`;
    case "tuple":
      return `${e.open}${all(e.items, ",")}${e.close}`;
    case "matrix":
      return `matrix[${e.rows.map((row) => all(row, ",")).join(";")}]`;
    case "relation":
      return e.operands.map((operand, k) => show(operand) + (e.operators[k] ?? "")).join("");
    case "combine":
      return all(e.of, e.operation);
    case "ratio":
      return all(e.parts, ":");
    case "text":
      return `"${e.text}"`;
    case "quantity":
      return `${show(e.of)}<${e.unit}>`;
    case "percent":
      return `${show(e.of)}%`;
    case "degrees":
      return `${show(e.of)}°`;
    case "based":
      return `${e.digits}_${e.base}`;
    case "plus-minus":
      return `${e.left ? show(e.left) : ""}±${show(e.right)}`;
    default:
      return e.kind;
  }
}

const parsed = (text: string, commas?: Commas) => show(parse(text, new Fuel(), commas));

test.each([
  ["1-2-3", "(+ 1 (- 2) (- 3))"],
  ["-x^2", "(- (^ x 2))"],
  ["2^3^2", "(^ 2 (^ 3 2))"],
  ["1/2x", "(* (/ 1 2) x)"],
  ["a/b/c", "(/ (/ a b) c)"],
  [String.raw`\frac12x`, "(* (/ 1 2) x)"],
  [String.raw`\sqrt2`, "(root 2 2)"],
  [String.raw`2\frac{1}{2}`, "(+ 2 (/ 1 2))"],
  ["2 1/2", "(+ 2 (/ 1 2))"],
  [String.raw`x\frac{1}{2}`, "(* x (/ 1 2))"],
  [String.raw`\sin 2x \cos y`, "(* sin((* 2 x)) cos(y))"],
  [String.raw`\sin^2 x`, "(^ sin(x) 2)"],
  [String.raw`\sin^{-1} x`, "arcsin(x)"],
  [String.raw`\log_2 8`, "log(8,2)"],
  [String.raw`\ln x^2`, "log((^ x 2))"],
  ["|x-1|+|y|", "(+ abs((+ x (- 1))) abs(y))"],
  ["f(x+1)", "f((+ x 1))"],
  ["x(x+1)", "(* x (+ x 1))"],
  ["3!", "factorial(3)"],
  ["a_{12}", "a_12"],
  ["f''", "f''"],
  ["2abc", "(* 2 (* a b c))"],
  ["sqrt(2)/2", "(/ (root 2 2) 2)"],
])("%s is grouped %s", (text, form) => {
  expect(parsed(text)).toBe(form);
});

test.each([
  ["1, 2; 3 and 4", "list[1,2,3,4]"],
  [String.raw`19, 46, \text{ and } 82`, "list[19,46,82]"],
  ["(1,2]", "(1,2]"],
  [String.raw`\left[-1, \tfrac12\right)`, "[(- 1),(/ 1 2))"],
  [String.raw`\{1, 2\}`, "set[1,2]"],
  [String.raw`\emptyset`, "set[]"],
  [String.raw`\{x \mid x > 2\}`, "x>2"],
  [String.raw`[0,1)\cup(2,\infty)`, "[0,1)∪(2,infinity)"],
  [String.raw`\begin{pmatrix}1&2\\3&4\end{pmatrix}`, "matrix[1,2;3,4]"],
  [String.raw`\begin{cases}x=1\\y=2\end{cases}`, "list[x=1,y=2]"],
  [String.raw`1 \le x < 3`, "1≤x<3"],
  ["x>=5", "x≥5"],
  ["x != 5", "x≠5"],
  ["n!=120", "factorial(n)=120"],
  ["7:32", "7:32"],
  ["{3 \\over 4}", "(/ 3 4)"],
  ["{5 \\choose 2}", "binomial(5,2)"],
  ["0.(3)", "rational"],
  ["0.1666...", "rational"],
  ["1A_{16}", "1A_16"],
  ["1011_{\\text{two}}", "1011_2"],
  ["A(2,3)", "(2,3)"],
  ["f^{-1}(x)", "f^-1(x)"],
  ["10⁻³", "(^ 10 (- 3))"],
  ["17 \\bmod 5", "residue"],
  ["\\begin{cases}x & x>0\\\\ 0 & \\text{otherwise}\\end{cases}", "piecewise"],
  [String.raw`1\pm\sqrt{2}`, "1±(root 2 2)"],
  [String.raw`15\text{ cm}^2`, "15<cm2>"],
  ["28 percent", "28%"],
  [String.raw`90^\circ`, "90°"],
  ["204_5", "204_5"],
  [String.raw`\text{Evelyn}`, '"Evelyn"'],
  ["no solution", '"no solution"'],
])("%s is read as %s", (text, form) => {
  expect(parsed(text)).toBe(form);
});

test.each([
  ["1,234,567", "1234567"],
  ["14{,}916", "14916"],
  [String.raw`12,\!000`, "12000"],
  ["1 000", "1000"],
  ["(1,000)", "1000"],
  ["(1,234)", "(1,234)"],
  ["1, 234", "list[1,234]"],
  ["12,34", "list[12,34]"],
  ["2−1", "(+ 2 (- 1))"],
  ["½", "(/ 1 2)"],
  ["x²", "(^ x 2)"],
])("the digits of %s are read as %s", (text, form) => {
  expect(parsed(text)).toBe(form);
});

test("commas have other readings", () => {
  expect(parsed("1,234", "separate")).toBe("list[1,234]");
  expect(parsed("1,5", "decimal")).toBe("1.5");
});

test.each([
  ["1+"],
  ["(1"],
  ["{1"],
  ["1)"],
  [String.raw`\frac{1}`],
  ["2 3"],
  [String.raw`\int_0^1 x`],
  [""],
  ["_"],
])("%s is no mathematics", (text) => {
  expect(() => parse(text, new Fuel())).toThrow(NotMathematicsError);
});

test("nesting and length are bounded", () => {
  expect(() => parse("(".repeat(200), new Fuel())).toThrow(OutOfFuelError);
  expect(() => parse("1+".repeat(2000), new Fuel())).toThrow(OutOfFuelError);
  expect(() => parse("1+1", new Fuel(3))).toThrow(OutOfFuelError);
});
