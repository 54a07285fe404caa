import type { Context } from "./compare-context.ts";
import { evaluateExact } from "./evaluate-exact.ts";
import { type Expression, negate, number, subtract } from "./expression.ts";
import { isName, nameOf } from "./names.ts";
import { type End, intersected, type Piece, RIGHT, united } from "./pieces.ts";
import { type Rational, rational, TOO_LARGE, toNumber } from "./rational.ts";
import { freeNames } from "./sample.ts";

/** What an inequality bounds: p·u + q of an unknown u, or the absolute value of that. */
export interface Unknown {
  name: string;
  /** p and q; `undefined` for u itself. */
  line: readonly [slope: Rational, offset: Rational] | undefined;
  absolute: boolean;
}

/** x, f(x), 2x + 1, |z|, |x − 2|. */
export function asUnknown(e: Expression, context: Context): Unknown | undefined {
  if (e.kind !== "call" || e.name !== "abs") return asLine(e, context);
  const inside = e.of[0] as Expression;
  if (isName(inside)) return { name: nameOf(inside), line: undefined, absolute: true };
  const line = asLine(inside, context);
  return line && { ...line, absolute: true };
}

/** One unknown, to the first power, with rational coefficients. */
function asLine(e: Expression, context: Context): Unknown | undefined {
  if (e.kind === "variable" || e.kind === "apply")
    return { name: nameOf(e), line: undefined, absolute: false };
  const [name, ...others] = freeNames(e);
  if (name === undefined || others.length > 0) return undefined;
  const at = (x: number) => evaluateExact(e, context.fuel, new Map([[name, rational(x)]]));
  const values = [at(0), at(1), at(-3)];
  if (!values.every((value) => value !== undefined && value !== TOO_LARGE)) return undefined;
  const [f0, f1, f3] = values as [Rational, Rational, Rational];
  const slope: Rational = { n: f1.n * f0.d - f0.n * f1.d, d: f1.d * f0.d };
  const [p, q] = [toNumber(slope), toNumber(f0)];
  if (p === 0 || Math.abs(toNumber(f3) - (q - 3 * p)) > 1e-9 * (Math.abs(q) + Math.abs(p))) return undefined;
  return { name, line: [slope, f0], absolute: false };
}

const ZERO_END: End = { e: number("0"), x: 0, closed: true };

/** Where u must be for `unknown` to be in the pieces. */
export function solvedFor({ line, absolute }: Unknown, pieces: Piece[]): Piece[] {
  const inside = absolute ? intersected(pieces, [{ low: ZERO_END, high: RIGHT }]) : pieces;
  const signed = absolute ? united([...inside, ...inside.map(mirrored)]) : inside;
  if (!line) return signed;
  const [slope, offset] = line;
  const moved = signed.map(({ low, high }) => ({
    low: solvedEnd(low, slope, offset),
    high: solvedEnd(high, slope, offset),
  }));
  return slope.n > 0n ? moved : moved.map(({ low, high }) => ({ low: high, high: low })).reverse();
}

const mirrored = ({ low, high }: Piece): Piece => ({ low: mirroredEnd(high), high: mirroredEnd(low) });
const mirroredEnd = ({ e, x, closed }: End): End => ({
  e: e.kind === "negate" ? e.of : negate(e),
  x: -x,
  closed,
});

/** (end − q) / p. */
function solvedEnd({ e, x, closed }: End, slope: Rational, offset: Rational): End {
  const moved = (x - toNumber(offset)) / toNumber(slope);
  if (!Number.isFinite(x)) return { e: slope.n > 0n ? e : negated(e), x: moved, closed };
  const solved: Expression = { kind: "divide", of: subtract(e, fraction(offset)), by: fraction(slope) };
  return { e: solved, x: moved, closed };
}

const negated = (e: Expression): Expression => (e.kind === "negate" ? e.of : negate(e));
const fraction = ({ n, d }: Rational): Expression => ({ kind: "rational", n, d });
