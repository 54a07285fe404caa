import { Cursor } from "./cursor.ts";
import type { Expression, Join, Operator } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import { parseInfix, parsePrimary } from "./parse-primary.ts";
import { beginsDomain, parseSum } from "./parse-sum.ts";
import type { Commas, Token } from "./token.ts";
import { tokenize } from "./tokenize.ts";

/**
 * Reads one answer: LaTeX, or the notation people type.
 * @throws {NotMathematicsError} if it is not mathematics; {@link OutOfFuelError} if it is too much of it.
 */
export function parse(text: string, fuel: Fuel, commas: Commas = "thousands"): Expression {
  const cursor = new Cursor(trimmed(tokenize(text, fuel, commas)), { list: parseList, sum: parseSum }, fuel);
  const answer = parseInfix(cursor, parseList(cursor));
  if (!cursor.is("eof")) cursor.fail();
  return answer;
}

/** Without the full stops and commas around it that belong to the sentence. */
function trimmed(tokens: Token[]): Token[] {
  const noise = ({ type, text }: Token) => type === "symbol" && [".", ",", ";", ":", "?"].includes(text);
  let end = tokens.length - 1;
  while (end > 0 && noise(tokens[end - 1] as Token)) end--;
  let start = 0;
  while (start < end && noise(tokens[start] as Token)) start++;
  return [...tokens.slice(start, end), tokens.at(-1) as Token];
}

const JOINS = [",", ";", "and", "or"];

function parseList(c: Cursor): Expression {
  return c.nested(() => {
    const items = [parseClause(c)];
    const joins: Join[] = [];
    for (;;) {
      let join: Join | undefined;
      while (c.isSymbol(...JOINS)) join = strongest(join, c.next().text as Join);
      if (join === undefined && !beginsDomain(c)) break;
      if (ends(c)) break;
      joins.push(join ?? ",");
      items.push(join === undefined ? parseDomain(c) : parseClause(c));
    }
    return items.length === 1 ? (items[0] as Expression) : { kind: "list", items, joins };
  });
}

/** A comma before a word says nothing that the word does not. */
const strongest = (a: Join | undefined, b: Join): Join =>
  a === undefined || JOINS.indexOf(b) > JOINS.indexOf(a) ? b : a;

/** `(k ∈ ℤ)`: said of the formula before it. */
function parseDomain(c: Cursor): Expression {
  c.expect("(");
  const domain = parseClause(c);
  c.expect(")");
  return domain;
}

const ends = (c: Cursor): boolean =>
  c.is("eof") || c.is("end") || c.isSymbol(")", "]", "}", "\\}", "&", "\\\\");

const OPERATORS = ["=", "≠", "<", ">", "≤", "≥", "≈", "≡", "∈", "→"];

/** `a = b`, `1 < x ≤ 2`, or a single operand. */
function parseClause(c: Cursor): Expression {
  const words = parseWords(c);
  if (words) return words;
  const operands = [parseRatio(c)];
  const operators: Operator[] = [];
  while (c.isSymbol(...OPERATORS)) {
    operators.push(c.next().text as Operator);
    operands.push(parseRatio(c));
  }
  const isRemainder = operators.length === 0 && (c.is("command", "bmod") || c.is("command", "mod"));
  const modulus = parseModulus(c);
  const of = operands.at(-1) as Expression;
  if (modulus) operands[operands.length - 1] = { kind: "residue", of, modulus, isRemainder };
  return operators.length === 0 ? (operands[0] as Expression) : { kind: "relation", operands, operators };
}

/** `\pmod{7}`, `(\bmod 7)` or `mod 7` behind a number or a congruence. */
function parseModulus(c: Cursor): Expression | undefined {
  if (c.isSymbol("(") && ["mod", "bmod"].includes(c.peek().text)) {
    c.at += 2;
    const modulus = c.grammar.sum(c);
    c.expect(")");
    return modulus;
  }
  if (!c.is("command", "pmod") && !c.is("command", "mod") && !c.is("command", "bmod")) return undefined;
  c.next();
  if (!c.accept("{")) return parsePrimary(c);
  const modulus = c.grammar.sum(c);
  c.expect("}");
  return modulus;
}

/** A clause of nothing but words is an answer in words. */
function parseWords(c: Cursor): Expression | undefined {
  let at = c.at;
  let isText = false;
  let words = "";
  for (; isWordly(c.tokens[at], isText); at++) {
    const { type, text, spaced } = c.tokens[at] as Token;
    // A value with its unit, `x \text{ cm}`, is no text.
    if (type === "text" && words !== "" && !isText) return undefined;
    isText ||= type !== "letter" && type !== "symbol";
    words += spaced ? ` ${text}` : text;
  }
  if (!isText || !endsClause(c.tokens[at])) return undefined;
  c.at = at;
  return { kind: "text", text: words.trim() };
}

const isWordly = (token: Token | undefined, afterWord: boolean): boolean =>
  token?.type === "word" ||
  token?.type === "letter" ||
  token?.type === "text" ||
  (afterWord && token?.type === "symbol" && ["-", "'", ".", "!", "/"].includes(token.text));

const endsClause = (token: Token | undefined): boolean =>
  token?.type === "eof" ||
  (token?.type === "symbol" && [...JOINS, ")", "]", "}", "\\}"].includes(token.text));

/** `7:32`. */
function parseRatio(c: Cursor): Expression {
  const parts = [parseCombination(c)];
  while (c.accept(":")) parts.push(parseCombination(c));
  return parts.length === 1 ? (parts[0] as Expression) : { kind: "ratio", parts };
}

/** Unions and the like, left to right: `[0,1) ∪ (1,2]`, `ℝ ∖ \{0\}`. */
function parseCombination(c: Cursor): Expression {
  let left = parseSum(c);
  for (let sign = c.accept("∪", "∩", "∖"); sign; sign = c.accept("∪", "∩", "∖")) {
    const operation = sign as "∪" | "∩" | "∖";
    const right = parseSum(c);
    if (left.kind === "combine" && left.operation === operation && operation !== "∖") left.of.push(right);
    else left = { kind: "combine", operation, of: [left, right] };
  }
  return left;
}
