import { evaluateExact } from "./evaluate-exact.ts";
import type { Expression } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import { isInteger, type Rational, TOO_LARGE } from "./rational.ts";

/**
 * Whether an expression is an integer beyond all that we write out, for certain: a tower of powers, a factorial, a
 * product of such. It then differs from every number that we did write out, without being computed.
 */
export function isHuge(e: Expression, fuel: Fuel): boolean {
  fuel.spend(4);
  switch (e.kind) {
    case "negate":
      return isHuge(e.of, fuel);
    case "power":
      return isAtLeast(e.of, 2n, fuel) && isAtLeast(e.to, 1n, fuel) && evaluateExact(e, fuel) === TOO_LARGE;
    case "call":
      return (
        e.name === "factorial" &&
        isAtLeast(e.of[0] as Expression, 2n, fuel) &&
        evaluateExact(e, fuel) === TOO_LARGE
      );
    case "multiply":
      return (
        e.of.some((factor) => isHuge(factor, fuel)) && e.of.every((factor) => isAtLeast(factor, 1n, fuel))
      );
    default:
      return false;
  }
}

function isAtLeast(e: Expression, least: bigint, fuel: Fuel): boolean {
  const value = evaluateExact(e, fuel);
  if (value === undefined) return false;
  return value === TOO_LARGE
    ? e.kind !== "negate" && isHuge(e, fuel)
    : isInteger(value as Rational) && value.n >= least * value.d;
}
