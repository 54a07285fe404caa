import { type Context, doubt } from "./compare-context.ts";
import { type Complex, close, isFiniteValue } from "./complex.ts";
import { evaluate } from "./evaluate.ts";
import { evaluateExact } from "./evaluate-exact.ts";
import type { Expression } from "./expression.ts";
import { isHuge } from "./huge.ts";
import type { Fuel } from "./limits.ts";
import { evaluatePrecise, samePrecise } from "./precise.ts";
import { equalRational, type MaybeRational, type Rational, TOO_LARGE, toNumber } from "./rational.ts";
import { equalAtSamples, freeNames } from "./sample.ts";

/** The fewest decimal places with which a decimal may stand for an exact value. */
const LEAST_PLACES = 6;

/** Whether two expressions have the same value, for all values of their variables. */
export function equalScalars(a: Expression, b: Expression, context: Context): boolean {
  const { fuel } = context;
  const x = evaluateExact(a, fuel);
  const y = evaluateExact(b, fuel);
  if (x !== undefined && y !== undefined && x !== TOO_LARGE && y !== TOO_LARGE) {
    return equalRational(x, y) || equalAsDecimals(a, b, x, y, context);
  }
  if (
    (x === TOO_LARGE && isRational(y) && isHuge(a, fuel)) ||
    (y === TOO_LARGE && isRational(x) && isHuge(b, fuel))
  )
    return false;
  const names = new Set([...freeNames(a), ...freeNames(b)]);
  if (names.size > 0) return equalAtSamples(a, b, names, context);
  const sizes = [overflowed(x), overflowed(y)] as const;
  return equalConstants(a, b, sizes, x === TOO_LARGE || y === TOO_LARGE, context);
}

const isRational = (value: MaybeRational | undefined): value is Rational =>
  value !== undefined && value !== TOO_LARGE;

/** A known number beyond all doubles. */
const overflowed = (value: MaybeRational | undefined): boolean =>
  isRational(value) && !Number.isFinite(toNumber(value));

function equalConstants(
  a: Expression,
  b: Expression,
  [isBeyond, other]: readonly [boolean, boolean],
  tooLarge: boolean,
  context: Context,
): boolean {
  const { fuel } = context;
  const x = evaluate(a, new Map(), fuel);
  const y = evaluate(b, new Map(), fuel);
  if (isInfinite(a) || isInfinite(b)) return isInfinite(a) && isInfinite(b) && x[0] === y[0];
  if ((isBeyond && isFiniteValue(y)) || (other && isFiniteValue(x))) return false;
  if (!isFiniteValue(x) || !isFiniteValue(y)) return doubt(context, "a value is undefined or overflows");
  if (!close(x, y)) return equalAsRoundedValue(a, b, x, y, context);
  if (tooLarge) return doubt(context, "an exact value has too many digits");
  const precise = samePreciseValue(a, b, fuel);
  return precise ?? true;
}

function samePreciseValue(a: Expression, b: Expression, fuel: Fuel): boolean | undefined {
  const x = evaluatePrecise(a, fuel);
  const y = x === undefined ? undefined : evaluatePrecise(b, fuel);
  if (x === undefined || y === undefined) return undefined;
  const same = samePrecise(x, y);
  if (same !== false) return same;
  return asDecimal(a) || asDecimal(b) ? undefined : false;
}

/** ∞, −∞: not a number that overflowed. */
const isInfinite = (e: Expression): boolean =>
  e.kind === "constant" ? e.name === "infinity" : e.kind === "negate" && isInfinite(e.of);

interface Decimal {
  places: number;
}

/** A decimal literal, its sign and a percent sign aside; `undefined` for integers and formulas. */
function asDecimal(e: Expression): Decimal | undefined {
  if (e.kind === "negate") return asDecimal(e.of);
  if (e.kind === "percent") {
    const inner = asDecimal(e.of);
    return inner && { places: inner.places + 2 };
  }
  if (e.kind !== "number" || !e.digits.includes(".")) return undefined;
  const [mantissa = "", exponent = "0"] = e.digits.split("e");
  return { places: (mantissa.split(".")[1] ?? "").length - Number(exponent) };
}

/** A decimal against an exact fraction: 0.083333 for 1/12. */
function equalAsDecimals(a: Expression, b: Expression, x: Rational, y: Rational, context: Context): boolean {
  const left = asDecimal(a);
  const right = asDecimal(b);
  if (!left && !right) return false;
  if (left && right && context.options.precision === undefined) return false;
  const difference = toNumber({ n: x.n * y.d - y.n * x.d, d: x.d * y.d });
  return withinPlaces(difference, toNumber(x), left, right, context);
}

/** The same for irrational values: 1.4142136 for √2. */
function equalAsRoundedValue(
  a: Expression,
  b: Expression,
  x: Complex,
  y: Complex,
  context: Context,
): boolean {
  const left = asDecimal(a);
  const right = asDecimal(b);
  if (x[1] !== 0 || y[1] !== 0 || (!left && !right)) return false;
  return withinPlaces(x[0] - y[0], x[0], left, right, context);
}

/** `difference` is the left value without the right one. */
function withinPlaces(
  signedDifference: number,
  size: number,
  left: Decimal | undefined,
  right: Decimal | undefined,
  { options: { precision } }: Context,
): boolean {
  const places = Math.min(
    left?.places ?? Number.POSITIVE_INFINITY,
    right?.places ?? Number.POSITIVE_INFINITY,
  );
  const difference = Math.abs(signedDifference);
  // Of numbers beyond doubles nothing is known here.
  if (!Number.isFinite(difference) || !Number.isFinite(size)) return false;
  if (precision !== undefined) return places >= precision && difference <= 0.5001 * 10 ** -precision;
  const significant = places + Math.log10(Math.max(Math.abs(size), 1e-300));
  if (places < LEAST_PLACES || significant < 4) return false;
  if (difference <= 1e-14 * Math.abs(size)) return true;
  // Digits that were cut off, not rounded, leave less than the value.
  const missing = left ? -signedDifference : signedDifference;
  const isCutOff = missing * Math.sign(size) > 0;
  return difference < 10 ** -places * (isCutOff ? 0.9999 : 0.5001);
}
