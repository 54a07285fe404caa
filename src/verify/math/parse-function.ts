import type { Cursor } from "./cursor.ts";
import { type Expression, multiply, number } from "./expression.ts";
import { FUNCTIONS, GREEK } from "./symbols.ts";

type Rule = (c: Cursor) => Expression;

/** `\sin^2 x`, `\log_2 8`, `\gcd(a, b)`; the logarithm without a base is the natural one. */
export function parseFunction(c: Cursor, primary: Rule): Expression {
  const name = c.next().text;
  let base: Expression | undefined;
  let power: Expression | undefined;
  for (let k = 0; k < 2; k++) {
    if (c.accept("_")) base = primary(c);
    else if (c.accept("^")) power = c.accept("-") ? { kind: "negate", of: primary(c) } : primary(c);
  }
  const of = parseArguments(c, primary);
  if (of.length === 0) c.fail();
  if (base && name !== "log") c.fail();
  if (isInverse(power) && /^(?:sin|cos|tan|cot)$/.test(name)) return { kind: "call", name: `arc${name}`, of };
  const value = call(name, of, base);
  return power ? { kind: "power", of: value, to: power } : value;
}

function call(name: string, of: Expression[], base: Expression | undefined): Expression {
  if (name === "lg") return { kind: "call", name: "log", of: [...of, number("10")] };
  if (name === "ln" || name === "log") return { kind: "call", name: "log", of: base ? [...of, base] : of };
  return { kind: "call", name, of };
}

const isInverse = (power: Expression | undefined): boolean =>
  power?.kind === "negate" && power.of.kind === "number" && power.of.digits === "1";

function parseArguments(c: Cursor, primary: Rule): Expression[] {
  if (c.isSymbol("(", "[", "{", "\\{")) {
    const inner = primary(c);
    return inner.kind === "tuple" || inner.kind === "list" || inner.kind === "set" ? inner.items : [inner];
  }
  return [parseBareArgument(c, primary)];
}

/** Without brackets the argument is the product that follows, up to the next function: `\sin 2x \cos y`. */
function parseBareArgument(c: Cursor, primary: Rule): Expression {
  if (c.is("command") && FUNCTIONS.has(c.token.text)) return parseFunction(c, primary);
  const factors: Expression[] = [];
  do factors.push(withPower(c, primary));
  while (continues(c));
  const value = multiply(factors);
  if (!c.isSymbol("/") || c.peek().type === "command") return value;
  c.next();
  return { kind: "divide", of: value, by: withPower(c, primary) };
}

function withPower(c: Cursor, primary: Rule): Expression {
  let value = primary(c);
  if (c.accept("^")) value = { kind: "power", of: value, to: primary(c) };
  if (c.accept("°")) value = { kind: "degrees", of: value };
  return value;
}

function continues(c: Cursor): boolean {
  const { type, text } = c.token;
  if (type === "letter") return true;
  if (type === "number") return c.tokens[c.at - 1]?.type !== "number";
  return type === "command" && (GREEK.has(text) || ["pi", "frac", "dfrac", "tfrac", "sqrt"].includes(text));
}
