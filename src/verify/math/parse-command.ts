import type { Cursor } from "./cursor.ts";
import { type Expression, number, variable } from "./expression.ts";
import { parseFunction } from "./parse-function.ts";
import { FUNCTIONS, GREEK } from "./symbols.ts";

type Rule = (c: Cursor) => Expression;

/** What a LaTeX command begins. `primary` reads one operand. */
export function parseCommand(c: Cursor, primary: Rule): Expression {
  const { text } = c.token;
  if (FUNCTIONS.has(text)) return parseFunction(c, primary);
  c.next();
  if (GREEK.has(text)) return parseNamed(c, `\\${text.replace(/^var/, "")}`);
  const rule = RULES[text];
  return rule ? rule(c, primary) : c.fail();
}

/** `\frac12`: without braces one digit is one argument. */
function argument(c: Cursor, primary: Rule): Expression {
  c.splitDigits();
  return primary(c);
}

function parseFraction(c: Cursor, primary: Rule): Expression {
  const of = argument(c, primary);
  return { kind: "divide", of, by: argument(c, primary) };
}

function parseRoot(c: Cursor, primary: Rule): Expression {
  let degree = number("2");
  if (c.accept("[")) {
    degree = c.grammar.sum(c);
    c.expect("]");
  }
  return { kind: "root", of: argument(c, primary), degree };
}

function parseBinomial(c: Cursor, primary: Rule): Expression {
  const of = argument(c, primary);
  return { kind: "call", name: "binomial", of: [of, argument(c, primary)] };
}

/** `\lfloor x \rfloor` and `\lceil x \rceil`. */
const between =
  (name: string, close: string) =>
  (c: Cursor): Expression => {
    const of = c.grammar.sum(c);
    if (c.next().text !== close) c.fail();
    return { kind: "call", name, of: [of] };
  };

const called =
  (name: string) =>
  (c: Cursor, primary: Rule): Expression => ({ kind: "call", name, of: [primary(c)] });

const named = (name: string) => (c: Cursor) => parseNamed(c, name);

function parseNamed(c: Cursor, name: string): Expression {
  if (!c.accept("_")) return variable(name);
  const braced = c.accept("{");
  let script = "_";
  while (braced ? !c.isSymbol("}") && !c.is("eof") : script === "_") script += c.next().text;
  if (braced) c.expect("}");
  return variable(name + script);
}

/** `\vec{a}`, `\overline{AB}`: a mark makes another name of it. */
const marked = (mark: string) => (c: Cursor) => {
  const braced = c.accept("{");
  let name = `${mark}:`;
  while (braced ? !c.isSymbol("}") && !c.is("eof") : name === `${mark}:`) name += c.next().text;
  if (braced) c.expect("}");
  return parseNamed(c, name);
};

/** `\sum_{k=1}^{n} k^2`. */
const series =
  (operation: "sum" | "product") =>
  (c: Cursor, primary: Rule): Expression => {
    c.expect("_");
    c.expect("{");
    const name = c.next();
    if (name.type !== "letter") c.fail();
    c.expect("=");
    const from = c.grammar.sum(c);
    c.expect("}");
    c.expect("^");
    const to = primary(c);
    c.bound.push(name.text);
    const terms = c.grammar.sum(c);
    c.bound.pop();
    return { kind: "series", operation, variable: name.text, from, to, of: terms };
  };

function parseBlackboard(c: Cursor): Expression {
  const braced = c.accept("{");
  const { text } = c.next();
  if (braced) c.expect("}");
  if (!"RZNQC".includes(text) || c.isSymbol("^", "_")) return parseNamed(c, `bb:${text}`);
  return { kind: "number-set", name: text };
}

const numberSet = (name: string) => (): Expression => ({ kind: "number-set", name });
const infinity = (): Expression => ({ kind: "constant", name: "infinity" });

const RULES: Readonly<Record<string, (c: Cursor, primary: Rule) => Expression>> = {
  frac: parseFraction,
  dfrac: parseFraction,
  tfrac: parseFraction,
  cfrac: parseFraction,
  sqrt: parseRoot,
  cbrt: (c, primary) => ({ kind: "root", of: primary(c), degree: number("3") }),
  binom: parseBinomial,
  dbinom: parseBinomial,
  tbinom: parseBinomial,
  pi: () => ({ kind: "constant", name: "pi" }),
  infty: infinity,
  infinity,
  lfloor: between("floor", "rfloor"),
  lceil: between("ceil", "rceil"),
  floor: called("floor"),
  ceil: called("ceil"),
  abs: called("abs"),
  sum: series("sum"),
  prod: series("product"),
  overline: marked("overline"),
  bar: marked("bar"),
  vec: marked("vec"),
  overrightarrow: marked("vec"),
  hat: marked("hat"),
  widehat: marked("hat"),
  tilde: marked("tilde"),
  dot: marked("dot"),
  mathbb: parseBlackboard,
  mathcal: marked("cal"),
  mathscr: marked("cal"),
  mathfrak: marked("frak"),
  angle: named("∠"),
  measuredangle: named("∠"),
  triangle: named("△"),
  partial: named("∂"),
  nabla: named("∇"),
  reals: numberSet("R"),
  integers: numberSet("Z"),
  naturals: numberSet("N"),
  rationals: numberSet("Q"),
  complexes: numberSet("C"),
};
