/** [real, imaginary] */
export type Complex = readonly [number, number];

export const NOT_A_NUMBER: Complex = [Number.NaN, 0];
export const real = (x: number): Complex => [x, 0];

export const plus = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];
export const minus = (a: Complex, b: Complex): Complex => [a[0] - b[0], a[1] - b[1]];

export const times = (a: Complex, b: Complex): Complex =>
  a[1] === 0 && b[1] === 0 ? [a[0] * b[0], 0] : [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];

export function over(a: Complex, b: Complex): Complex {
  if (b[1] === 0) return b[0] === 0 ? NOT_A_NUMBER : [a[0] / b[0], a[1] / b[0]];
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
}

export const modulus = (a: Complex): number => Math.hypot(a[0], a[1]);
export const log = (a: Complex): Complex => [Math.log(modulus(a)), Math.atan2(a[1], a[0])];

export function exp(a: Complex): Complex {
  const size = Math.exp(a[0]);
  return a[1] === 0 ? [size, 0] : [size * Math.cos(a[1]), size * Math.sin(a[1])];
}

const MAX_EXACT_POWER = 512;

/** The principal value. */
export function power(a: Complex, b: Complex): Complex {
  if (b[1] === 0) {
    if (a[1] === 0 && (a[0] >= 0 || Number.isInteger(b[0]))) return [a[0] ** b[0], 0];
    if (Number.isInteger(b[0]) && Math.abs(b[0]) <= MAX_EXACT_POWER) return integerPower(a, b[0]);
  }
  if (a[0] === 0 && a[1] === 0) return b[0] > 0 ? [0, 0] : NOT_A_NUMBER;
  return exp(times(b, log(a)));
}

function integerPower(a: Complex, n: number): Complex {
  let result: Complex = [1, 0];
  let square = a;
  for (let k = Math.abs(n); k > 0; k >>= 1) {
    if (k & 1) result = times(result, square);
    square = times(square, square);
  }
  return n < 0 ? over([1, 0], result) : result;
}

export const squareRoot = (a: Complex): Complex => {
  if (a[1] === 0) return a[0] >= 0 ? [Math.sqrt(a[0]), 0] : [0, Math.sqrt(-a[0])];
  return power(a, [0.5, 0]);
};

const sin = (a: Complex): Complex =>
  a[1] === 0 ? [Math.sin(a[0]), 0] : [Math.sin(a[0]) * Math.cosh(a[1]), Math.cos(a[0]) * Math.sinh(a[1])];

const cos = (a: Complex): Complex =>
  a[1] === 0 ? [Math.cos(a[0]), 0] : [Math.cos(a[0]) * Math.cosh(a[1]), -Math.sin(a[0]) * Math.sinh(a[1])];

const sinh = (a: Complex): Complex => over(minus(exp(a), exp([-a[0], -a[1]])), [2, 0]);
const cosh = (a: Complex): Complex => over(plus(exp(a), exp([-a[0], -a[1]])), [2, 0]);

export const isFiniteValue = ([x, y]: Complex): boolean => Number.isFinite(x) && Number.isFinite(y);

/** Doubles this far apart, relative to their size, are different numbers. */
const TOLERANCE = 1e-10;
/** What is left of zero after rounding. */
const NOISE = 1e-13;

/** Equal up to rounding. Noise around zero is zero; two small numbers are compared like any others. */
export function close(a: Complex, b: Complex): boolean {
  const [x, y] = [modulus(a), modulus(b)];
  if (x === 0 || y === 0) return Math.max(x, y) < NOISE;
  return modulus(minus(a, b)) <= TOLERANCE * Math.max(x, y) || Math.max(x, y) < NOISE * NOISE;
}

/** A function that we know on the real line only. */
const onReals =
  (f: (x: number) => number) =>
  (a: Complex): Complex =>
    a[1] === 0 ? [f(a[0]), 0] : NOT_A_NUMBER;

export const FUNCTION_VALUES: Readonly<Record<string, (a: Complex) => Complex>> = {
  sin,
  cos,
  tan: (a) => over(sin(a), cos(a)),
  sec: (a) => over([1, 0], cos(a)),
  csc: (a) => over([1, 0], sin(a)),
  cot: (a) => over(cos(a), sin(a)),
  sinh,
  cosh,
  tanh: (a) => over(sinh(a), cosh(a)),
  coth: (a) => over(cosh(a), sinh(a)),
  arcsin: onReals(Math.asin),
  arccos: onReals(Math.acos),
  arctan: onReals(Math.atan),
  arccot: onReals((x) => Math.PI / 2 - Math.atan(x)),
  exp,
  log,
  abs: (a) => [modulus(a), 0],
  floor: onReals((x) => Math.floor(x + 1e-12)),
  ceil: onReals((x) => Math.ceil(x - 1e-12)),
  factorial: onReals((x) => gamma(x + 1)),
  Re: (a) => [a[0], 0],
  Im: (a) => [a[1], 0],
  arg: (a) => [Math.atan2(a[1], a[0]), 0],
};

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Γ(x) by Lanczos' approximation (g = 7, n = 9); about 15 digits. */
export function gamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const z = x - 1;
  const t = z + 7.5;
  let sum = LANCZOS[0] as number;
  for (let k = 1; k < LANCZOS.length; k++) sum += (LANCZOS[k] as number) / (z + k);
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
}
