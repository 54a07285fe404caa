import type { Cursor } from "./cursor.ts";
import { type Expression, multiply, variable } from "./expression.ts";
import { parseCases } from "./parse-cases.ts";
import { parseCommand } from "./parse-command.ts";
import { parseLetter, parseSubscript } from "./parse-letter.ts";
import { parseMatrix } from "./parse-matrix.ts";
import { parseBase, parseNumber } from "./parse-number.ts";

/** One operand without what follows it. */
export function parsePrimary(c: Cursor): Expression {
  return c.nested(() => {
    const { type } = c.token;
    if (type === "number") return parseNumber(c);
    if (type === "letter") return parseLetter(c);
    if (type === "word") return parseWord(c);
    if (type === "command") return parseCommand(c, parsePrimary);
    if (type === "begin") return c.token.text === "cases" ? parseCases(c) : parseMatrix(c);
    if (type === "text") return { kind: "text", text: c.next().text };
    return parseBracketed(c);
  });
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
  if (inner.kind === "number" && c.accept("_"))
    return { kind: "based", digits: inner.digits, base: parseBase(c) };
  return inner;
}

function parseGroup(c: Cursor): Expression {
  if (c.accept("}")) return c.fail();
  if (c.is("word") && /^[A-Za-z]{2,12}$/.test(c.token.text) && c.peek().text === "}") {
    const product = parseWord(c);
    c.next();
    return product;
  }
  const inner = parseInfix(c, c.grammar.list(c));
  c.expect("}");
  return inner;
}

/** `{3 \over 4}`, `{5 \choose 2}`: TeX's own fractions take all that stands on both sides. */
export function parseInfix(c: Cursor, left: Expression): Expression {
  if (!c.is("command", "over") && !c.is("command", "choose")) return left;
  const { text } = c.next();
  const right = c.grammar.sum(c);
  return text === "over"
    ? { kind: "divide", of: left, by: right }
    : { kind: "call", name: "binomial", of: [left, right] };
}

/** `\{1, 2\}`, `\{\}`, or `\{x \mid x > 2\}`, the union of what its condition says. */
function parseSet(c: Cursor): Expression {
  if (c.accept("\\}")) return { kind: "set", items: [] };
  const condition = c.attempt(() => {
    if (c.next().type !== "letter") c.fail();
    if (c.accept("∈") && !isReals(c.grammar.sum(c))) c.fail();
    c.expect("|", ":");
    return c.grammar.list(c);
  });
  const inner = condition ?? c.grammar.list(c);
  c.expect("\\}");
  if (condition) return { kind: "combine", operation: "∪", of: [condition] };
  return { kind: "set", items: inner.kind === "list" ? inner.items : [inner] };
}

/** The domain that goes without saying; any other is a condition of its own. */
const isReals = (e: Expression): boolean => e.kind === "number-set" && e.name === "R";

function parseBars(c: Cursor): Expression {
  const bar = c.next().text;
  c.bars++;
  const inner = c.grammar.sum(c);
  c.expect(bar);
  return { kind: "call", name: "abs", of: [inner] };
}
