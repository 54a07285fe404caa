import type { Cursor } from "./cursor.ts";
import { type Expression, multiply, number, variable } from "./expression.ts";
import { parseCommand } from "./parse-command.ts";
import { parseMatrix } from "./parse-matrix.ts";
import type { Token } from "./token.ts";

/** One operand without what follows it. */
export function parsePrimary(c: Cursor): Expression {
  return c.nested(() => {
    const { type } = c.token;
    if (type === "number") return parseNumber(c);
    if (type === "letter") return parseLetter(c);
    if (type === "word") return parseWord(c);
    if (type === "command") return parseCommand(c, parsePrimary);
    if (type === "begin") return parseMatrix(c);
    if (type === "text") return { kind: "text", text: c.next().text };
    return parseBracketed(c);
  });
}

/** A decimal, digits in a base (`204_5`), or a repeating decimal (`0.1\overline{6}`). */
function parseNumber(c: Cursor): Expression {
  const digits = c.next().text;
  if (c.isSymbol("_")) {
    c.next();
    const braced = c.accept("{");
    const base = c.next();
    if (base.type !== "number") c.fail();
    if (braced) c.expect("}");
    return { kind: "based", digits, base: base.text };
  }
  if (c.isSymbol(".") && isRepeatMark(c.peek())) c.next();
  else if (!digits.includes(".")) return number(digits);
  return isRepeatMark(c.token) ? parseRepeating(c, digits) : number(digits);
}

const isRepeatMark = ({ type, text }: Token): boolean =>
  type === "command" && (text === "overline" || text === "bar" || text === "dot");

function parseRepeating(c: Cursor, digits: string): Expression {
  c.next();
  const braced = c.accept("{");
  const period = c.next();
  if (period.type !== "number" || !/^\d{1,40}$/.test(period.text) || digits.length > 60) c.fail();
  if (braced) c.expect("}");
  const [whole = "0", fraction = ""] = digits.split(".");
  const nines = 10n ** BigInt(period.text.length) - 1n;
  const scale = 10n ** BigInt(fraction.length);
  return { kind: "rational", n: BigInt(whole + fraction) * nines + BigInt(period.text), d: scale * nines };
}

const ALWAYS_FUNCTIONS = "fghFGH";
const OFTEN_FUNCTIONS = "pqruvwPQRSTUVW";

/** A variable with its subscript and primes, a constant, or a function applied to something. */
function parseLetter(c: Cursor): Expression {
  const letter = c.next().text;
  const name = letter + parseSubscript(c) + parsePrimes(c);
  if (name === "e" || name === "i") return { kind: "constant", name };
  const applied = c.attempt(() => parseApplication(c, name, letter));
  return applied ?? variable(name);
}

export function parseSubscript(c: Cursor): string {
  if (!c.accept("_")) return "";
  if (!c.accept("{")) return `_${c.next().text}`;
  let name = "";
  for (let open = 1; ; ) {
    const token = c.next();
    if (token.type === "eof") c.fail();
    if (token.text === "{") open++;
    else if (token.text === "}" && --open === 0) return `_${name}`;
    else name += token.text;
  }
}

function parsePrimes(c: Cursor): string {
  let primes = "";
  while (c.isSymbol("'")) primes += c.next().text;
  return primes;
}

function parseApplication(c: Cursor, name: string, letter: string): Expression {
  const always = ALWAYS_FUNCTIONS.includes(letter) || name.endsWith("'");
  if (!always && !OFTEN_FUNCTIONS.includes(letter)) c.fail();
  c.expect("(");
  const list = c.grammar.list(c);
  c.expect(")");
  const of = list.kind === "list" ? list.items : [list];
  if (!always && !of.every((argument) => argument.kind === "variable")) c.fail();
  return { kind: "apply", name, of };
}

/** Letters without spaces that are part of a formula: `2abc`. */
function parseWord(c: Cursor): Expression {
  const { text } = c.token;
  if (!/^[A-Za-z]{1,12}$/.test(text)) c.fail();
  c.next();
  const names = [...text.slice(0, -1), text.slice(-1) + parseSubscript(c)];
  return multiply(
    names.map((name) => (name === "e" || name === "i" ? { kind: "constant", name } : variable(name))),
  );
}

function parseBracketed(c: Cursor): Expression {
  if (c.accept("{")) return parseGroup(c);
  if (c.accept("\\{")) return parseSet(c);
  if (c.accept("∅")) return { kind: "set", items: [] };
  if (c.isSymbol("|", "‖")) return parseBars(c);
  // ]0, 1[ is the open interval in other countries.
  const open = c.expect("(", "[", "]") === "[" ? "[" : "(";
  const inner = c.grammar.list(c);
  const close = c.expect(")", "]", "[") === "]" ? "]" : ")";
  if (inner.kind === "list") return { kind: "tuple", open, close, items: inner.items };
  return inner;
}

function parseGroup(c: Cursor): Expression {
  if (c.accept("}")) return c.fail();
  const inner = c.grammar.list(c);
  c.expect("}");
  return inner;
}

/** `\{1, 2\}`, `\{\}`, or `\{x \mid x > 2\}`, which is its condition. */
function parseSet(c: Cursor): Expression {
  if (c.accept("\\}")) return { kind: "set", items: [] };
  const condition = c.attempt(() => {
    if (c.next().type !== "letter") c.fail();
    if (c.accept("∈")) c.grammar.sum(c);
    c.expect("|", ":");
    return c.grammar.list(c);
  });
  const inner = condition ?? c.grammar.list(c);
  c.expect("\\}");
  if (condition) return condition;
  return { kind: "set", items: inner.kind === "list" ? inner.items : [inner] };
}

function parseBars(c: Cursor): Expression {
  const bar = c.next().text;
  c.bars++;
  const inner = c.grammar.sum(c);
  c.expect(bar);
  return { kind: "call", name: "abs", of: [inner] };
}
