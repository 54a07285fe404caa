import type { Cursor } from "./cursor.ts";
import { type Expression, number, type Of, variable } from "./expression.ts";

const ALWAYS_FUNCTIONS = "fghFGH";
const OFTEN_FUNCTIONS = "pqruvwPQRSTUVW";

/** A variable with its subscript and primes, a constant, or a function applied to something. */
export function parseLetter(c: Cursor): Expression {
  const letter = c.next().text;
  const name = letter + parseSubscript(c) + parsePrimes(c);
  if ((name === "e" || name === "i") && !c.bound.includes(name)) return { kind: "constant", name };
  const applied =
    c.attempt(() => parseApplication(c, name, letter)) ?? c.attempt(() => parseInverse(c, name, letter));
  return (
    applied ??
    c.attempt(() => parsePoint(c, letter)) ??
    c.attempt(() => parseChoose(c, name)) ??
    variable(name)
  );
}

/** `f^{-1}(x)`. */
function parseInverse(c: Cursor, name: string, letter: string): Expression {
  c.expect("^");
  const braced = c.accept("{");
  c.expect("-");
  if (c.next().text !== "1") c.fail();
  if (braced) c.expect("}");
  if (!ALWAYS_FUNCTIONS.includes(letter)) c.fail();
  return parseApplication(c, `${name}^-1`, letter);
}

/** `A(2, 3)` is the point. */
function parsePoint(c: Cursor, letter: string): Expression {
  if (letter < "A" || letter > "Z" || !c.isSymbol("(") || c.token.spaced) c.fail();
  c.next();
  const inner = c.grammar.list(c);
  c.expect(")");
  if (inner.kind !== "list" || inner.items.every(({ kind }) => kind === "variable")) c.fail();
  return { kind: "tuple", open: "(", close: ")", items: (inner as Of<"list">).items };
}

/** `C_{10}^{3}`: ten choose three. */
function parseChoose(c: Cursor, name: string): Expression {
  const n = /^C_(\d{1,4})$/.exec(name)?.[1];
  if (n === undefined || !c.accept("^")) c.fail();
  const braced = c.accept("{");
  const k = c.next();
  if (braced) c.expect("}");
  if (k.type !== "number" || Number(n) < 3 || Number(k.text) > Number(n)) c.fail();
  return { kind: "call", name: "binomial", of: [number(n as string), number(k.text)] };
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
