import { deriveSeed, type Random, seededRandom } from "../core/random.ts";
import { InvalidOptionError } from "../errors.ts";
import type { Problem } from "./problem.ts";

/** The fixed large prime of the modular exponentiations: the least above 10^12. */
export const MODULUS = 1_000_000_000_039n;

const OPERATIONS = {
  addition: (a: bigint, b: bigint) => a + b,
  subtraction: (a: bigint, b: bigint) => a - b,
  multiplication: (a: bigint, b: bigint) => a * b,
  exponentiation: (a: bigint, b: bigint) => powerModulo(a, b, MODULUS),
} as const;
type Operation = keyof typeof OPERATIONS;
const NAMES = Object.keys(OPERATIONS) as Operation[];

const TEMPLATES: Record<Operation, readonly string[]> = {
  addition: [
    "Compute {A} + {B}.",
    "What is the sum of {A} and {B}?",
    "Add {B} to {A} and give the exact integer.",
    "Let x = {A} and y = {B}. Find x + y.",
  ],
  subtraction: [
    "Compute {A} - {B}.",
    "What is the difference when {B} is subtracted from {A}?",
    "Subtract {B} from {A} and give the exact integer.",
    "Let x = {A} and y = {B}. Find x - y.",
  ],
  multiplication: [
    "Compute {A} * {B}.",
    "What is the product of {A} and {B}?",
    "Multiply {A} by {B} and give the exact integer.",
    "Let x = {A} and y = {B}. Find x · y.",
  ],
  exponentiation: [
    "Compute {A}^{B} mod {P}.",
    "What is the remainder when {A}^{B} is divided by {P}?",
    "Find the least non-negative integer congruent to {A} to the power {B} modulo the prime {P}.",
    "Let x = {A}, y = {B} and p = {P}. Find x^y modulo p.",
  ],
};

export interface ArithmeticOptions {
  count: number;
  /** Decimal digits of A and B, least and most. Default 12 to 13: 10¹¹ … 10¹³. */
  digits?: readonly [least: number, most: number];
  seed?: number;
}

/**
 * Synthetic integer arithmetic (Appendix C.1): A, B uniform on 10¹¹ … 10¹³; +, −, ×, and exponentiation modulo
 * a fixed large prime; a text template; the exact integer as its answer. Same seed, same problems, and a longer
 * list starts with the shorter one.
 * @throws {InvalidOptionError}
 */
export function arithmeticProblems({ count, digits = [12, 13], seed = 0 }: ArithmeticOptions): Problem[] {
  const [least, most] = digits;
  if (!(Number.isInteger(least) && Number.isInteger(most) && least >= 1 && most >= least && most <= 1000)) {
    throw new InvalidOptionError("digits", `${least}-${most} is not a range such as 12-13 (at most 1000).`);
  }
  const range = [10n ** BigInt(least - 1), 10n ** BigInt(most)] as const;
  return Array.from({ length: count }, (_, index) =>
    problem(index, seededRandom(deriveSeed(seed, index)), range),
  );
}

function problem(index: number, random: Random, range: readonly [bigint, bigint]): Problem {
  const operation = NAMES[Math.floor(random() * NAMES.length)] as Operation;
  const templates = TEMPLATES[operation];
  const template = templates[Math.floor(random() * templates.length)] as string;
  const [a, b] = [uniform(random, ...range), uniform(random, ...range)];
  const question = template.replace("{A}", `${a}`).replace("{B}", `${b}`).replace("{P}", `${MODULUS}`);
  return {
    id: `arithmetic-${index + 1}`,
    prompt: `${question} Put the final answer in \\boxed{}.`,
    answer: OPERATIONS[operation](a, b).toString(),
    kind: "math",
    meta: { operation },
  };
}

/** Uniform on [least, most], both included: by rejection, so that no value is likelier than another. */
function uniform(random: Random, least: bigint, most: bigint): bigint {
  const span = most - least;
  const bits = span.toString(2).length;
  for (;;) {
    let value = 0n;
    for (let have = 0; have < bits; have += 16) value = (value << 16n) | BigInt(Math.floor(random() * 65536));
    value &= (1n << BigInt(bits)) - 1n;
    if (value <= span) return least + value;
  }
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
