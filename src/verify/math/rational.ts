import { type Fuel, LIMITS } from "./limits.ts";

/** n / d with d > 0. Not always in lowest terms: see {@link reduced}. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** An exact number that is larger than we are willing to write out. */
export const TOO_LARGE = Symbol("too large");
export type MaybeRational = Rational | typeof TOO_LARGE;

export const rational = (n: bigint | number, d: bigint | number = 1n): Rational => ({
  n: BigInt(n),
  d: BigInt(d),
});

export const ZERO = rational(0n);
export const ONE = rational(1n);

export const isInteger = (a: Rational): boolean => a.d === 1n || a.n % a.d === 0n;

/** The integer that it is; call it after {@link isInteger}. */
export const integerOf = (a: Rational): bigint => a.n / a.d;

/** Bits of the numerator or the denominator, to within four. */
export const bitLength = (x: bigint): number => (x === 0n ? 0 : x.toString(16).length * 4);

const wordsOf = (x: bigint): number => (x < 1n << 64n && x > -(1n << 64n) ? 1 : Math.ceil(bitLength(x) / 64));

/** Below this size fractions may grow: reducing them costs more than it saves. */
const REDUCE_FROM_WORDS = 8;
const REDUCE_TO_WORDS = 64;

/** Charges for the size, refuses the huge, and reduces what has grown. */
function make(n: bigint, d: bigint, fuel: Fuel): MaybeRational {
  const [top, bottom] = [wordsOf(n), wordsOf(d)];
  const words = top + bottom;
  fuel.spend(1 + (words >> 2) + ((words * words) >> 8));
  if (Math.max(top, bottom) * 64 > LIMITS.integerBits + 128) return TOO_LARGE;
  const isShort = words < REDUCE_FROM_WORDS || words > REDUCE_TO_WORDS;
  return d === 1n || isShort ? signed(n, d) : reduce(n, d, fuel);
}

const signed = (n: bigint, d: bigint): Rational => (d < 0n ? { n: -n, d: -d } : { n, d });

function reduce(n: bigint, d: bigint, fuel: Fuel): Rational {
  const g = gcd(n, d, fuel);
  return signed(n / g, d / g);
}

export function gcd(a: bigint, b: bigint, fuel: Fuel): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  const cost = 3 + (wordsOf(x) >> 1);
  while (y !== 0n) {
    fuel.spend(cost);
    [x, y] = [y, x % y];
  }
  return x === 0n ? 1n : x;
}

/** In lowest terms; what is too large for that stays as it is. */
export function reduced(a: Rational, fuel: Fuel): Rational {
  return wordsOf(a.n) + wordsOf(a.d) > 4 * REDUCE_TO_WORDS && a.d !== 1n ? a : reduce(a.n, a.d, fuel);
}

export function addRational(a: Rational, b: Rational, fuel: Fuel): MaybeRational {
  if (a.d === b.d) return make(a.n + b.n, a.d, fuel);
  return make(a.n * b.d + b.n * a.d, a.d * b.d, fuel);
}

export const negated = (a: Rational): Rational => ({ n: -a.n, d: a.d });

export const multiplyRational = (a: Rational, b: Rational, fuel: Fuel): MaybeRational =>
  make(a.n * b.n, a.d * b.d, fuel);

/** `undefined` for a division by zero. */
export const divideRational = (a: Rational, b: Rational, fuel: Fuel): MaybeRational | undefined =>
  b.n === 0n ? undefined : make(a.n * b.d, a.d * b.n, fuel);

export function powerRational(a: Rational, exponent: bigint, fuel: Fuel): MaybeRational | undefined {
  if (exponent < 0n) {
    if (a.n === 0n) return undefined;
    return powerRational(signed(a.d, a.n), -exponent, fuel);
  }
  if (a.d === 1n && (a.n === 0n || a.n === 1n || a.n === -1n)) {
    return rational(exponent === 0n ? 1n : a.n === -1n && exponent % 2n === 0n ? 1n : a.n);
  }
  const bits = Math.max(1, bitLength(a.n) - 3) + (a.d === 1n ? 0 : bitLength(a.d) - 3);
  if (exponent > BigInt(LIMITS.integerBits) || Number(exponent) * bits > LIMITS.integerBits) return TOO_LARGE;
  const { n, d } = reduced(a, fuel);
  fuel.spend(20 + ((Number(exponent) * bits) >> 5));
  return make(n ** exponent, d ** exponent, fuel);
}

export const equalRational = (a: Rational, b: Rational): boolean => a.n * b.d === b.n * a.d;

export const floorRational = (a: Rational): bigint => {
  const q = a.n / a.d;
  return a.n < 0n && q * a.d !== a.n ? q - 1n : q;
};

/** The integer k-th root if it is one, exactly; for n ≥ 0 and k ≥ 2. */
export function exactRoot(n: bigint, k: number, fuel: Fuel): bigint | undefined {
  if (n < 2n) return n;
  const bits = bitLength(n);
  if (k > bits) return undefined;
  const power = BigInt(k);
  let x = 1n << BigInt(Math.ceil(bits / k) + 1);
  for (;;) {
    fuel.spend(4 + ((bits * bits) >> 18) + (bits >> 6));
    const next = ((power - 1n) * x + n / x ** (power - 1n)) / power;
    if (next >= x) break;
    x = next;
  }
  return x ** power === n ? x : undefined;
}

/** The nearest double, also where numerator and denominator overflow one. */
export function toNumber({ n, d }: Rational): number {
  const plain = Number(n) / Number(d);
  if (Number.isFinite(plain) && (plain !== 0 || n === 0n)) return plain;
  const shift = BigInt(bitLength(d) - bitLength(n) + 64);
  const scaled = shift >= 0n ? (n << shift) / d : n / (d << -shift);
  return Number(scaled) * 2 ** -Number(shift);
}
