import type { Context } from "./compare-context.ts";
import { evaluateExact } from "./evaluate-exact.ts";
import type { Expression, Of } from "./expression.ts";
import { integerOf, isInteger, type Rational, TOO_LARGE } from "./rational.ts";

/**
 * `3 (mod 7)` and `10 (mod 7)` are one class. Beside a plain number a class stands for the number that was written,
 * or for its remainder: `17 mod 5` is 2.
 */
export function equalResidues(a: Expression, b: Expression, context: Context): boolean {
  if (a.kind === "residue" && b.kind === "residue")
    return (
      context.equal(a.modulus, b.modulus) &&
      (context.equal(a.of, b.of) || sameClass(a.of, b.of, a.modulus, context))
    );
  const [residue, plain] = a.kind === "residue" ? [a, b] : [b as Of<"residue">, a];
  const matches = a === residue ? context.equal(residue.of, plain) : context.equal(plain, residue.of);
  if (matches && !residue.isRemainder) return true;
  const remainder = remainderOf(residue, context);
  return remainder !== undefined && context.equal(plain, remainder);
}

function integer(e: Expression, context: Context): bigint | undefined {
  const value = evaluateExact(e, context.fuel);
  return value !== undefined && value !== TOO_LARGE && isInteger(value)
    ? integerOf(value as Rational)
    : undefined;
}

function sameClass(a: Expression, b: Expression, modulus: Expression, context: Context): boolean {
  const [x, y, m] = [a, b, modulus].map((e) => integer(e, context));
  return x !== undefined && y !== undefined && m !== undefined && m !== 0n && (x - y) % m === 0n;
}

function remainderOf({ of, modulus }: Of<"residue">, context: Context): Expression | undefined {
  const [x, m] = [integer(of, context), integer(modulus, context)];
  return x === undefined || m === undefined || m <= 0n
    ? undefined
    : { kind: "rational", n: ((x % m) + m) % m, d: 1n };
}
