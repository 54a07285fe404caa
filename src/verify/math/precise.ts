import { evaluateExact } from "./evaluate-exact.ts";
import type { Expression, Of } from "./expression.ts";
import type { Fuel } from "./limits.ts";
import { bitLength, TOO_LARGE } from "./rational.ts";

/**
 * Real constants to 256 binary places, in integers scaled by 2^256. Doubles take √(10²⁰ + 1) for 10¹⁰ and
 * e^(π√163) for an integer; a reward must not.
 */
const PLACES = 256;
const BITS = BigInt(PLACES);
const UNIT = 1n << BITS;
/** Equal if they differ by less than 2^-190, relative to the larger where that is over one. */
const TOLERANCE = BigInt(PLACES - 190);
const MAX_BITS = 1200;
/** Of anything smaller too few places are known to divide by it. */
const LEAST_DIVISOR = UNIT >> 60n;

type Value = bigint | undefined;

/** `undefined`: it is no real number, or uses a function that is not known here. */
export function evaluatePrecise(e: Expression, fuel: Fuel): Value {
  const value = preciseOf(e, fuel);
  return value !== undefined && bitLength(value) > MAX_BITS ? undefined : value;
}

/** Whether two such values are the same number. Tiny ones are not told from zero: `undefined`. */
export function samePrecise(a: bigint, b: bigint): boolean | undefined {
  const [x, y] = [abs(a), abs(b)];
  let size = x;
  if (y > x) size = y;
  if (size < UNIT >> 60n) return undefined;
  return abs(a - b) <= (size > UNIT ? size >> (BITS - TOLERANCE) : 1n << TOLERANCE);
}

const abs = (a: bigint): bigint => (a < 0n ? -a : a);

function preciseOf(e: Expression, fuel: Fuel): Value {
  fuel.spend(6);
  const inner = (of: Expression) => evaluatePrecise(of, fuel);
  switch (e.kind) {
    case "number":
    case "rational": {
      const exact = evaluateExact(e, fuel);
      return exact === undefined || exact === TOO_LARGE ? undefined : (exact.n << BITS) / exact.d;
    }
    case "constant":
      return e.name === "pi" ? pi() : e.name === "e" ? exp(UNIT, fuel) : undefined;
    case "add":
      return fold(e.of, 0n, inner, (a, b) => a + b);
    case "multiply":
      return fold(e.of, UNIT, inner, (a, b) => (a * b) >> BITS);
    case "negate":
      return map(inner(e.of), (a) => -a);
    case "percent":
      return map(inner(e.of), (a) => a / 100n);
    case "degrees":
      return map(inner(e.of), (a) => (a * pi()) / (180n * UNIT));
    case "divide":
      return map(inner(e.of), (a) =>
        map(inner(e.by), (b) => (abs(b) < LEAST_DIVISOR ? undefined : (a << BITS) / b)),
      );
    case "power":
      return powerOf(e, inner, fuel);
    case "root":
      return map(inner(e.of), (a) => rootOf(a, e.degree, fuel));
    case "call":
      return callOf(e, inner, fuel);
    default:
      return undefined;
  }
}

const map = (a: Value, f: (a: bigint) => Value): Value => (a === undefined ? undefined : f(a));

function fold(
  of: Expression[],
  start: bigint,
  inner: (e: Expression) => Value,
  combine: (a: bigint, b: bigint) => bigint,
): Value {
  let total: Value = start;
  for (const e of of) total = map(total, (sum) => map(inner(e), (value) => combine(sum, value)));
  return total;
}

function powerOf({ of, to }: Of<"power">, inner: (e: Expression) => Value, fuel: Fuel): Value {
  const exponent = evaluateExact(to, fuel);
  const base = inner(of);
  if (base === undefined || exponent === TOO_LARGE) return undefined;
  if (exponent !== undefined && exponent.n % exponent.d === 0n) {
    const n = exponent.n / exponent.d;
    return n > 512n || n < -512n ? undefined : integerPower(base, Number(n), fuel);
  }
  if (base <= 0n) return undefined;
  return map(inner(to), (power) => map(log(base, fuel), (a) => exp((a * power) >> BITS, fuel)));
}

function integerPower(base: bigint, n: number, fuel: Fuel): Value {
  let result = UNIT;
  let square = base;
  for (let k = Math.abs(n); k > 0; k >>= 1) {
    fuel.spend(8);
    if (k & 1) result = (result * square) >> BITS;
    if (bitLength(result) > 2 * MAX_BITS || bitLength(square) > 2 * MAX_BITS) return undefined;
    square = (square * square) >> BITS;
  }
  if (n >= 0) return result;
  return result === 0n ? undefined : (UNIT * UNIT) / result;
}

function rootOf(a: bigint, degree: Expression, fuel: Fuel): Value {
  const exact = evaluateExact(degree, fuel);
  if (exact === undefined || exact === TOO_LARGE || exact.d !== 1n || exact.n < 2n || exact.n > 16n)
    return undefined;
  if (a < 0n) return exact.n % 2n === 0n ? undefined : map(rootOf(-a, degree, fuel), (root) => -root);
  if (a === 0n) return 0n;
  const k = exact.n;
  const target = a << (BITS * (k - 1n));
  let x = 1n << BigInt(Math.ceil(bitLength(target) / Number(k)) + 1);
  for (;;) {
    fuel.spend(12 * Number(k));
    const next = ((k - 1n) * x + target / x ** (k - 1n)) / k;
    if (next >= x) return x;
    x = next;
  }
}

function callOf({ name, of }: Of<"call">, inner: (e: Expression) => Value, fuel: Fuel): Value {
  const a = of[0] && inner(of[0]);
  if (a === undefined) return undefined;
  if (name === "abs") return abs(a);
  if (name === "exp") return exp(a, fuel);
  if (name === "sin") return sinCos(a, fuel)[0];
  if (name === "cos") return sinCos(a, fuel)[1];
  if (name === "tan") {
    const [sin, cos] = sinCos(a, fuel);
    return abs(cos) < UNIT >> 100n ? undefined : (sin << BITS) / cos;
  }
  if (name !== "log" || a <= 0n) return undefined;
  if (of.length === 1) return log(a, fuel);
  const base = map(inner(of[1] as Expression), (b) => (b > 0n ? log(b, fuel) : undefined));
  return map(base, (b) => (b === 0n ? undefined : map(log(a, fuel), (value) => (value << BITS) / b)));
}

/** e^x: the series at x / 2^16, then sixteen squarings, with guard bits. */
function exp(x: bigint, fuel: Fuel): Value {
  if (abs(x) > 300n * UNIT) return undefined;
  const guard = 64n;
  const one = UNIT << guard;
  const small = (x << guard) >> 16n;
  let sum = one;
  for (let k = 1n, term = one; term !== 0n && k < 80n; k++) {
    fuel.spend(8);
    term = (term * small) / (one * k);
    sum += term;
  }
  for (let k = 0; k < 16; k++) sum = (sum * sum) >> (BITS + guard);
  return sum >> guard;
}

/** ln x, by Halley's iteration from the double: three steps treble 50 bits beyond 256. */
function log(x: bigint, fuel: Fuel): Value {
  const shift = bitLength(x) - 60;
  const leading = Number(shift > 0 ? x >> BigInt(shift) : x);
  let y =
    BigInt(Math.round((Math.log(leading) + (Math.max(shift, 0) - PLACES) * Math.LN2) * 2 ** 40)) <<
    (BITS - 40n);
  for (let k = 0; k < 3; k++) {
    const power = exp(y, fuel);
    if (power === undefined || power + x === 0n) return undefined;
    y += ((2n * (x - power)) << BITS) / (x + power);
  }
  return y;
}

function sinCos(x: bigint, fuel: Fuel): [bigint, bigint] {
  const turn = 2n * pi();
  const a = x % turn;
  let [sin, cos] = [0n, 0n];
  for (let k = 0n, term = UNIT; term !== 0n && k < 160n; k++) {
    fuel.spend(6);
    const sign = k % 4n < 2n ? 1n : -1n;
    if (k % 2n === 0n) cos += sign * term;
    else sin += sign * term;
    term = (term * a) / (UNIT * (k + 1n));
  }
  return [sin, cos];
}

let piValue: bigint | undefined;

/** π by Machin's formula: 16 arctan(1/5) − 4 arctan(1/239). */
function pi(): bigint {
  piValue ??= (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) >> 64n;
  return piValue;
}

function arctanOfInverse(n: bigint): bigint {
  let power = (UNIT << 64n) / n;
  let sum = power;
  for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
    power /= n * n;
    sum += (sign * power) / k;
  }
  return sum;
}
