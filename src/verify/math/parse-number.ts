import type { Cursor } from "./cursor.ts";
import { type Expression, number } from "./expression.ts";
import type { Token } from "./token.ts";

/** A decimal, digits in a base (`204_5`), or a repeating decimal (`0.1\overline{6}`). */
export function parseNumber(c: Cursor): Expression {
  const digits = c.next().text;
  if (c.accept("_")) return { kind: "based", digits, base: parseBase(c) };
  if (c.isSymbol(".") && isBracketedPeriod(c)) return parseRepeating(c, digits);
  if (c.isSymbol(".") && isRepeatMark(c.peek())) c.next();
  else if (!digits.includes(".")) return number(digits);
  if (c.is("text", "…")) return parseEllipsis(c, digits);
  return isRepeatMark(c.token) ? parseRepeating(c, digits) : number(digits);
}

/** `0.1666...`, where a digit stands three times, or more of them twice; else the decimal goes on in its own way. */
function parseEllipsis(c: Cursor, digits: string): Expression {
  c.next();
  const [whole = "0", fraction = ""] = digits.split(".");
  const found = /^(\d{0,20}?)(?:(\d)\2{2,40}|(\d{2,10})\3{1,9})$/.exec(fraction);
  return found ? repeating(whole, found[1] as string, found[2] ?? (found[3] as string)) : number(digits);
}

const BASES = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** What stands behind digits to say their base: `_5`, `_{16}`, `_{\text{two}}`. */
export function parseBase(c: Cursor): string {
  const braced = c.accept("{");
  const { type, text } = c.next();
  const word = BASES.indexOf(text.toLowerCase()) + 2;
  if (type !== "number" && word < 2) c.fail();
  if (braced) c.expect("}");
  return type === "number" ? text : String(word);
}

/** `0.(3)`: without decimals before them, brackets hold a period, not a factor. */
const isBracketedPeriod = (c: Cursor): boolean =>
  c.peek(1).text === "(" && c.peek(2).type === "number" && c.peek(3).text === ")" && !c.peek(1).spaced;

const isRepeatMark = ({ type, text }: Token): boolean =>
  type === "command" && (text === "overline" || text === "bar" || text === "dot");

function parseRepeating(c: Cursor, digits: string): Expression {
  c.next();
  const opened = c.accept("{", "(");
  const period = c.next();
  if (period.type !== "number" || !/^\d{1,40}$/.test(period.text) || digits.length > 60) c.fail();
  if (opened) c.expect(opened === "{" ? "}" : ")");
  const [whole = "0", fraction = ""] = digits.split(".");
  return repeating(whole, fraction, period.text);
}

function repeating(whole: string, fraction: string, period: string): Expression {
  const nines = 10n ** BigInt(period.length) - 1n;
  const scale = 10n ** BigInt(fraction.length);
  return { kind: "rational", n: BigInt(whole + fraction) * nines + BigInt(period), d: scale * nines };
}
