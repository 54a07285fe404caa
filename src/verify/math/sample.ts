import { type Context, doubt } from "./compare-context.ts";
import { type Complex, close, isFiniteValue, modulus, over, real, times } from "./complex.ts";
import { evaluate, hash } from "./evaluate.ts";
import { evaluateExact } from "./evaluate-exact.ts";
import { children, type Expression } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import { equalRational, type Rational, rational, TOO_LARGE, toNumber } from "./rational.ts";

/** The variables that a value is wanted for. */
export function freeNames(e: Expression, names = new Set<string>()): Set<string> {
  if (e.kind === "variable") names.add(e.name);
  else if (e.kind === "series") {
    const bound = e.variable;
    const had = names.has(bound);
    for (const child of children(e)) freeNames(child, names);
    if (!had) names.delete(bound);
  } else for (const child of children(e)) freeNames(child, names);
  return names;
}

type Point = ReadonlyMap<string, Rational>;

const POINTS = 9;
/** Fewer points at which both sides have a value prove nothing. */
const LEAST_POINTS = 4;

/** Fractions of both signs, so that √x² is not taken for x; the same for a name wherever it stands. */
const fractionPoint = (names: Iterable<string>, k: number): Point =>
  new Map(
    [...names].map((name) => {
      const h = hash(`${name}:${k}`);
      const sixteenths = 5 + Math.floor(h * 41);
      return [name, rational(k % 3 === 1 || (k % 3 === 2 && h > 0.5) ? -sixteenths : sixteenths, 16)];
    }),
  );

/** Small positive integers, for n!, sums up to n and (−1)^n. */
const integerPoint = (names: Iterable<string>, k: number): Point =>
  new Map([...names].map((name) => [name, rational(2 + Math.floor(hash(`${name}#${k}`) * 9))]));

/** What two expressions are at one point: exactly if they are rational there. */
export interface Sample {
  exact: readonly [Rational, Rational] | undefined;
  values: readonly [Complex, Complex];
}

/** Values at points where both are finite. */
export function* samples(a: Expression, b: Expression, names: Set<string>, fuel: Fuel): Generator<Sample> {
  let count = 0;
  for (let k = 0; k < POINTS; k++) {
    const found = sampleAt(fractionPoint(names, k), a, b, fuel);
    if (found) yield found;
    if (found) count++;
  }
  for (let k = 0; count < LEAST_POINTS && k < POINTS; k++) {
    const found = sampleAt(integerPoint(names, k), a, b, fuel);
    if (found) yield found;
  }
}

function sampleAt(point: Point, a: Expression, b: Expression, fuel: Fuel): Sample | undefined {
  const x = evaluateExact(a, fuel, point);
  const y = evaluateExact(b, fuel, point);
  if (x !== undefined && y !== undefined && x !== TOO_LARGE && y !== TOO_LARGE)
    return { exact: [x, y], values: [real(toNumber(x)), real(toNumber(y))] };
  const environment = new Map([...point].map(([name, value]) => [name, real(toNumber(value))]));
  const values = [evaluate(a, environment, fuel), evaluate(b, environment, fuel)] as const;
  return isFiniteValue(values[0]) && isFiniteValue(values[1]) ? { exact: undefined, values } : undefined;
}

/** Whether two expressions agree wherever both have a value. */
export function equalAtSamples(a: Expression, b: Expression, names: Set<string>, context: Context): boolean {
  let agreed = 0;
  for (const { exact, values } of samples(a, b, names, context.fuel)) {
    if (exact ? !equalRational(...exact) : !close(...values)) return false;
    agreed++;
  }
  return agreed >= LEAST_POINTS || doubt(context, "too few points at which both sides have a value");
}

/**
 * The constant c with a = c · b at all points, if there is one other than zero: then a = 0 and b = 0 are one
 * equation, and for c > 0 a < 0 and b < 0 one inequality.
 */
export function constantRatio(a: Expression, b: Expression, context: Context): number | undefined {
  const names = new Set([...freeNames(a), ...freeNames(b)]);
  let first: Sample | undefined;
  let agreed = 0;
  for (const sample of samples(a, b, names, context.fuel)) {
    if (modulus(sample.values[0]) === 0 || modulus(sample.values[1]) === 0) {
      if (modulus(sample.values[0]) !== modulus(sample.values[1])) return undefined;
      continue;
    }
    first ??= sample;
    if (!proportional(first, sample)) return undefined;
    agreed++;
  }
  if (!first || agreed < LEAST_POINTS) return undefined;
  const [ratio, imaginary] = over(first.values[0], first.values[1]);
  return Math.abs(imaginary) > 1e-9 * Math.abs(ratio) ? undefined : ratio;
}

function proportional(p: Sample, q: Sample): boolean {
  if (p.exact && q.exact) {
    const [a, b] = p.exact;
    const [x, y] = q.exact;
    return a.n * y.n * b.d * x.d === b.n * x.n * a.d * y.d;
  }
  return close(times(p.values[0], q.values[1]), times(p.values[1], q.values[0]));
}
