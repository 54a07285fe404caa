import type { Cursor } from "./cursor.ts";
import { add, type Expression, multiply, negate } from "./expression.ts";
import { parsePostfix } from "./parse-postfix.ts";
import { parsePrimary } from "./parse-primary.ts";
import { FUNCTIONS, GREEK, PRIMARY_COMMANDS } from "./symbols.ts";
import { isUnitPrefix } from "./units.ts";

/** Terms with plus, minus and ±. */
export function parseSum(c: Cursor): Expression {
  return c.nested(() => {
    let terms = [parseSigned(c)];
    for (;;) {
      const sign = c.accept("+", "-", "±", "∓");
      if (!sign) return add(terms);
      if (sign === "+") terms.push(parseProduct(c));
      else if (sign === "-") terms.push(negate(parseProduct(c)));
      else
        terms = [
          { kind: "plus-minus", left: add(terms), right: parseProduct(c), sign: sign === "±" ? 1 : -1 },
        ];
    }
  });
}

function parseSigned(c: Cursor): Expression {
  let negative = false;
  for (let sign = c.accept("+", "-"); sign; sign = c.accept("+", "-")) negative = negative !== (sign === "-");
  const either = c.accept("±", "∓");
  const value = parseProduct(c);
  if (either) return { kind: "plus-minus", left: null, right: value, sign: either === "±" ? 1 : -1 };
  return negative ? negate(value) : value;
}

/** Factors with signs between them or side by side; division groups to the left. */
export function parseProduct(c: Cursor): Expression {
  let factors = [parseFactor(c)];
  for (;;) {
    if (c.accept("*")) factors.push(parseFactor(c));
    else if (c.isSymbol("/") && c.peek().type !== "word") {
      c.next();
      factors = [quotient(multiply(factors), parseFactor(c))];
    } else if (beginsFactor(c)) {
      factors.push(parsePostfix(c, parsePrimary(c)));
    } else {
      if (factors.length > 1 && factors.some(({ kind }) => kind === "text")) c.fail();
      return multiply(factors);
    }
  }
}

/** The degrees of `8/3^\\circ` and the percent of `1/2\\%` are those of the whole fraction. */
function quotient(of: Expression, by: Expression): Expression {
  if (of.kind !== "number" || (by.kind !== "degrees" && by.kind !== "percent"))
    return { kind: "divide", of, by };
  return { kind: by.kind, of: { kind: "divide", of, by: by.of } };
}

/** A factor with its own sign, as in `2 \cdot -3`. */
function parseFactor(c: Cursor): Expression {
  let negative = false;
  for (let sign = c.accept("+", "-"); sign; sign = c.accept("+", "-")) negative = negative !== (sign === "-");
  if (c.is("text") && isUnitPrefix(c.token.text)) c.next();
  const value = parsePostfix(c, parsePrimary(c));
  return negative ? negate(value) : value;
}

/** Whether what stands here, without a sign before it, is one more factor. */
export function beginsFactor(c: Cursor): boolean {
  const { type, text, spaced } = c.token;
  if (type === "letter" || type === "begin") return true;
  if (type === "word") return text.charCodeAt(0) < 128 && !spaced;
  if (type === "number") return c.tokens[c.at - 1]?.type !== "number";
  if (type === "symbol")
    return (
      (text === "(" && !beginsDomain(c)) || text === "{" || (text === "|" && c.bars === 0) || text === "∅"
    );
  if (type !== "command") return false;
  return FUNCTIONS.has(text) || GREEK.has(text) || (PRIMARY_COMMANDS.has(text) && !ENDS.has(text));
}

/** `(k ∈ ℤ)` is no factor but says where k is from. */
export const beginsDomain = (c: Cursor): boolean =>
  c.isSymbol("(") && (c.peek().text === "mod" || c.peek().text === "bmod" || c.peek(2).text === "∈");

const ENDS = new Set([
  "rfloor",
  "rceil",
  "bmod",
  "pmod",
  "mod",
  "because",
  "therefore",
  "perp",
  "parallel",
  "sim",
  "over",
  "choose",
]);
