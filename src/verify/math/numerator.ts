import { add, type Expression, multiply, negate, number } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import { freeNames } from "./sample.ts";

interface Fraction {
  top: Expression;
  /** Factors with variables in them; an equation may be multiplied by these. */
  bottom: Expression[];
}

/** More denominators are left as they are: each is multiplied into every other term. */
const MAX_DENOMINATORS = 8;

/** What is left of an equation's side, `e = 0`, once it is multiplied by the denominators that hold variables. */
export function numeratorOf(e: Expression, fuel: Fuel): Expression {
  const { top, bottom } = fractionOf(e, fuel);
  return bottom.length === 0 || bottom.length > MAX_DENOMINATORS ? e : top;
}

function fractionOf(e: Expression, fuel: Fuel): Fraction {
  fuel.spend(4);
  const whole = { top: e, bottom: [] };
  switch (e.kind) {
    case "add":
      return sumOf(e.of.map((term) => fractionOf(term, fuel)));
    case "multiply":
      return productOf(e.of.map((factor) => fractionOf(factor, fuel)));
    case "negate": {
      const { top, bottom } = fractionOf(e.of, fuel);
      return { top: negate(top), bottom };
    }
    case "divide": {
      if (freeNames(e.by).size === 0) return whole;
      const [over, under] = [fractionOf(e.of, fuel), fractionOf(e.by, fuel)];
      return { top: multiply([over.top, ...under.bottom]), bottom: [...over.bottom, under.top] };
    }
    case "power":
      return e.to.kind === "negate" && freeNames(e.of).size > 0
        ? { top: number("1"), bottom: [{ ...e, to: e.to.of }] }
        : whole;
    default:
      return whole;
  }
}

const productOf = (parts: Fraction[]): Fraction => ({
  top: multiply(parts.map(({ top }) => top)),
  bottom: parts.flatMap(({ bottom }) => bottom),
});

/** Every term times the denominators that it lacks; one that several terms have is counted once. */
function sumOf(terms: Fraction[]): Fraction {
  const common = new Map<string, Expression>();
  const keyed = terms.map(({ top, bottom }) => ({ top, bottom: keysOf(bottom) }));
  for (const { bottom } of keyed) for (const [key, factor] of bottom) common.set(key, factor);
  const bottom = [...common.values()];
  if (bottom.length === 0 || bottom.length > MAX_DENOMINATORS)
    return { top: add(terms.map(({ top }) => top)), bottom };
  const lacking = (has: Map<string, Expression>) =>
    [...common].filter(([key]) => !has.has(key)).map(([, factor]) => factor);
  return { top: add(keyed.map((term) => multiply([term.top, ...lacking(term.bottom)]))), bottom };
}

/** By how they are written; the second time that a factor stands there it is another key. */
function keysOf(factors: Expression[]): Map<string, Expression> {
  const keys = new Map<string, Expression>();
  for (const factor of factors) {
    const written = JSON.stringify(factor, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    let key = written;
    for (let k = 2; keys.has(key); k++) key = `${written}#${k}`;
    keys.set(key, factor);
  }
  return keys;
}
