import type { Cursor } from "./cursor.ts";
import { add, type Expression, multiply, number } from "./expression.ts";
import { parsePrimary } from "./parse-primary.ts";
import { changesMeaning, isUnitWord, splitMagnitude } from "./units.ts";

/** What may follow an operand: powers, factorials, percent, degrees, a fraction that makes it mixed, a unit. */
export function parsePostfix(c: Cursor, first: Expression): Expression {
  let value = parseMixed(c, first);
  for (;;) {
    if (c.isSymbol("^")) value = parsePower(c, value);
    else if (c.isSymbol("!")) value = parseFactorial(c, value);
    else if (c.accept("%")) value = { kind: "percent", of: value };
    else if (c.accept("°")) value = { kind: "degrees", of: value };
    else if (c.isSymbol("'") && value.kind === "variable")
      value = { kind: "variable", name: value.name + c.next().text };
    else if (isUnit(c)) value = parseUnit(c, value);
    else if (isUnitFraction(c)) value = parseUnitFraction(c, value);
    else return value;
  }
}

const FRACTION = /^[dt]?frac$/;

/** `2\frac{1}{2}` and `2 1/2`: whole and part. */
function parseMixed(c: Cursor, whole: Expression): Expression {
  if (whole.kind !== "number" || !/^\d+$/.test(whole.digits)) return whole;
  if (c.is("command") && FRACTION.test(c.token.text)) {
    const at = c.at;
    const part = parsePrimary(c);
    const isPart = part.kind === "divide" && part.of.kind === "number" && part.by.kind === "number";
    if (isPart) return add([whole, part]);
    c.at = at;
  } else if (c.is("number") && c.token.spaced && c.peek().text === "/" && c.peek(2).type === "number") {
    const of = number(c.next().text);
    c.next();
    return add([whole, { kind: "divide", of, by: number(c.next().text) }]);
  }
  return whole;
}

function parsePower(c: Cursor, of: Expression): Expression {
  c.next();
  if (c.is("text") || (c.isSymbol("{") && c.peek().type === "text")) return dropWords(c, of);
  if (of.kind === "variable" && isPrime(c)) return parsePrimeExponent(c, of.name);
  return { kind: "power", of, to: c.nested(() => parseExponent(c)) };
}

const isPrime = (c: Cursor): boolean => c.isSymbol("'") || (c.isSymbol("{") && c.peek().text === "'");

/** `f^{\prime}` is f'. */
function parsePrimeExponent(c: Cursor, name: string): Expression {
  const braced = c.accept("{");
  let primes = "";
  while (c.isSymbol("'")) primes += c.next().text;
  if (braced) c.expect("}");
  return { kind: "variable", name: name + primes };
}

/** `4^{\text{th}}`. */
function dropWords(c: Cursor, of: Expression): Expression {
  const braced = c.accept("{");
  c.next();
  if (braced) c.expect("}");
  return of;
}

function parseExponent(c: Cursor): Expression {
  if (c.accept("-")) return { kind: "negate", of: parseExponent(c) };
  c.accept("+");
  if (c.accept("{")) {
    const inner = c.grammar.sum(c);
    c.expect("}");
    return inner;
  }
  const base = parsePrimary(c);
  return c.isSymbol("^") ? parsePower(c, base) : base;
}

function parseFactorial(c: Cursor, of: Expression): Expression {
  c.next();
  const double = c.isSymbol("!") && !c.token.spaced;
  if (double) c.next();
  return { kind: "call", name: double ? "double-factorial" : "factorial", of: [of] };
}

function isUnit(c: Cursor): boolean {
  const { type, text } = c.token;
  if (type === "text") return /\p{L}/u.test(text) && !changesMeaning(text);
  if (type !== "word") return false;
  // A single letter is a word only where it was found to be a unit.
  return isUnitWord(text) || text.length === 1 || text.charCodeAt(0) > 127;
}

/** `40 \frac{\text{km}}{\text{h}}`. */
const isUnitFraction = (c: Cursor): boolean =>
  c.is("command") &&
  FRACTION.test(c.token.text) &&
  [1, 3, 4, 6].every((k, n) => c.peek(k).text === "{}{}"[n]) &&
  [2, 5].every((k) => c.peek(k).type === "text");

function parseUnitFraction(c: Cursor, of: Expression): Expression {
  const unit = `${c.peek(2).text} per ${c.peek(5).text}`;
  c.at += 7;
  return { kind: "quantity", of, unit };
}

/** All the words behind a value and their powers: `\text{ cm}^2`, `km per hour`, `\text{m}/\text{s}`. */
function parseUnit(c: Cursor, of: Expression): Expression {
  let unit = "";
  for (;;) {
    if (c.is("text") || c.is("word")) unit += ` ${c.next().text}`;
    else if (c.isSymbol("^")) {
      c.next();
      const braced = c.accept("{");
      c.accept("-");
      if (!c.is("number")) c.fail();
      unit += c.next().text;
      if (braced) c.expect("}");
    } else if (c.isSymbol("/") && ["text", "word", "letter"].includes(c.peek().type)) {
      c.next();
      unit += ` per ${c.next().text}`;
    } else if (c.is("letter") && unit !== "" && c.token.spaced) unit += ` ${c.next().text}`;
    else return quantity(of, unit.trim());
  }
}

/** `5 million dollars` is 5 · 10⁶, in dollars. */
function quantity(of: Expression, text: string): Expression {
  const { factor, unit } = splitMagnitude(text);
  if (factor === undefined) return { kind: "quantity", of, unit };
  const value = multiply([of, number(factor)]);
  return unit === "" ? value : { kind: "quantity", of: value, unit };
}
