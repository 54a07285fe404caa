import type { Expression, Of } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import {
  addRational,
  divideRational,
  exactRoot,
  floorRational,
  gcd,
  integerOf,
  isInteger,
  type MaybeRational,
  multiplyRational,
  negated,
  ONE,
  powerRational,
  type Rational,
  rational,
  reduced,
  TOO_LARGE,
  ZERO,
} from "./rational.ts";

export type ExactEnvironment = ReadonlyMap<string, Rational>;
type Result = MaybeRational | undefined;

const NONE: ExactEnvironment = new Map();
const MAX_FACTORIAL = 2500n;
const MAX_TERMS = 1000n;

/**
 * The value as a fraction of integers. `undefined`: it is not rational, or we cannot tell.
 * `TOO_LARGE`: it is rational, but has too many digits.
 */
export function evaluateExact(e: Expression, fuel: Fuel, environment: ExactEnvironment = NONE): Result {
  fuel.spend(2);
  const exact = (of: Expression) => evaluateExact(of, fuel, environment);
  switch (e.kind) {
    case "number":
      return fromDigits(e.digits, fuel);
    case "rational":
      return { n: e.n, d: e.d };
    case "variable":
      return environment.get(e.name);
    case "add":
      return fold(e.of, ZERO, exact, (a, b) => addRational(a, b, fuel));
    case "multiply":
      return fold(e.of, ONE, exact, (a, b) => multiplyRational(a, b, fuel));
    case "negate":
      return lift(exact(e.of), negated);
    case "percent":
      return lift(exact(e.of), (a) => divideRational(a, rational(100n), fuel));
    case "divide":
      return lift(exact(e.of), (a) => lift(exact(e.by), (b) => divideRational(a, b, fuel)));
    case "power":
      return lift(exact(e.of), (a) => lift(exact(e.to), (b) => exactPower(a, b, fuel)));
    case "root":
      return lift(exact(e.of), (a) => lift(exact(e.degree), (b) => exactRootOf(a, b, fuel)));
    case "call":
      return exactCall(e, exact, fuel);
    case "series":
      return exactSeries(e, fuel, environment);
    default:
      return undefined;
  }
}

const lift = (a: Result, f: (a: Rational) => Result): Result =>
  a === undefined || a === TOO_LARGE ? a : f(a);

function fold(
  of: Expression[],
  start: Rational,
  exact: (e: Expression) => Result,
  combine: (a: Rational, b: Rational) => MaybeRational,
): Result {
  let total: Result = start;
  let tooLarge = false;
  for (const e of of) {
    const value = exact(e);
    if (value === undefined) return undefined;
    if (value === TOO_LARGE || total === TOO_LARGE) tooLarge = true;
    else total = combine(total as Rational, value);
  }
  return tooLarge ? TOO_LARGE : total;
}

/** `12.50e-3`. */
export function fromDigits(digits: string, fuel: Fuel): Result {
  if (digits.length > 2500) return TOO_LARGE;
  fuel.spend(digits.length >> 3);
  const [mantissa = "", exponent = "0"] = digits.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const value = rational(BigInt(whole + fraction || "0"), 10n ** BigInt(fraction.length));
  const power = Number(exponent);
  if (power === 0) return value;
  return lift(powerRational(rational(10n), BigInt(power), fuel), (scale) =>
    multiplyRational(value, scale, fuel),
  );
}

function exactPower(a: Rational, b: Rational, fuel: Fuel): Result {
  if (isInteger(b)) return powerRational(a, integerOf(b), fuel);
  const { n, d } = reduced(b, fuel);
  return lift(exactRootOf(a, rational(d), fuel), (root) => powerRational(root, n, fuel));
}

/** Only where the root is rational itself. Odd roots of negative numbers are real. */
function exactRootOf(a: Rational, degree: Rational, fuel: Fuel): Result {
  if (!isInteger(degree)) return undefined;
  const k = Number(integerOf(degree));
  if (k < 1 || k > 64) return undefined;
  if (k === 1) return a;
  const { n, d } = reduced(a, fuel);
  if (n < 0n && k % 2 === 0) return undefined;
  const top = exactRoot(n < 0n ? -n : n, k, fuel);
  const bottom = exactRoot(d, k, fuel);
  if (top === undefined || bottom === undefined) return undefined;
  return rational(n < 0n ? -top : top, bottom);
}

function exactCall({ name, of }: Of<"call">, exact: (e: Expression) => Result, fuel: Fuel): Result {
  const values: Rational[] = [];
  for (const argument of of) {
    const value = exact(argument);
    if (value === undefined || value === TOO_LARGE) return value;
    values.push(value);
  }
  const [a, b] = values as [Rational, Rational | undefined];
  switch (name) {
    case "abs":
      return a.n < 0n ? negated(a) : a;
    case "floor":
      return rational(floorRational(a));
    case "ceil":
      return rational(-floorRational(negated(a)));
    case "factorial":
      return factorial(a, 1n, fuel);
    case "double-factorial":
      return factorial(a, 2n, fuel);
    case "binomial":
      return b && binomial(a, b, fuel);
    case "gcd":
    case "lcm":
      return values.every(isInteger) ? divisors(name, values.map(integerOf), fuel) : undefined;
    case "max":
    case "min":
      return values.reduce((x, y) => (x.n * y.d > y.n * x.d === (name === "max") ? x : y));
    default:
      return undefined;
  }
}

function factorial(a: Rational, step: bigint, fuel: Fuel): Result {
  if (!isInteger(a) || a.n < 0n) return undefined;
  const n = integerOf(a);
  if (n > MAX_FACTORIAL) return TOO_LARGE;
  let product = 1n;
  for (let k = n; k > 1n; k -= step) {
    fuel.spend(2 + Number(n >> 8n));
    product *= k;
  }
  return rational(product);
}

function binomial(a: Rational, b: Rational, fuel: Fuel): Result {
  if (!isInteger(a) || !isInteger(b) || a.n < 0n || b.n < 0n) return undefined;
  const n = integerOf(a);
  let k = integerOf(b);
  if (k > n) return ZERO;
  if (k > n - k) k = n - k;
  if (k > MAX_FACTORIAL || n > 1n << 64n) return TOO_LARGE;
  let product = 1n;
  for (let j = 1n; j <= k; j++) {
    fuel.spend(4 + Number(k >> 6n));
    product = (product * (n - k + j)) / j;
  }
  return rational(product);
}

function divisors(name: "gcd" | "lcm", values: bigint[], fuel: Fuel): Result {
  return rational(
    values.reduce((x, y) => {
      const common = gcd(x, y, fuel);
      return name === "gcd" ? common : (x * y) / common;
    }),
  );
}

function exactSeries(e: Of<"series">, fuel: Fuel, environment: ExactEnvironment): Result {
  return lift(evaluateExact(e.from, fuel, environment), (from) =>
    lift(evaluateExact(e.to, fuel, environment), (to) => {
      if (!isInteger(from) || !isInteger(to)) return undefined;
      const terms = integerOf(to) - integerOf(from) + 1n;
      // A sum to less than nothing is where the formula for it usually does not hold.
      if (terms < 0n || terms > MAX_TERMS) return undefined;
      let total: Result = e.operation === "sum" ? ZERO : ONE;
      for (let k = integerOf(from); k <= integerOf(to); k++) {
        const term = evaluateExact(e.of, fuel, new Map(environment).set(e.variable, rational(k)));
        const combine = e.operation === "sum" ? addRational : multiplyRational;
        total = lift(total, (sum) => lift(term, (value) => combine(sum, value, fuel)));
        if (total === undefined || total === TOO_LARGE) return total;
      }
      return total;
    }),
  );
}
