import { expect, test } from "vitest";
import { arithmeticProblems, MODULUS } from "./arithmetic.ts";

/** Recomputed from the question's words alone. */
function solved(question: string): bigint {
  const [a = 0n, b = 0n] = [...question.matchAll(/\d+/g)].map(([digits]) => BigInt(digits));
  if (/\^|power/.test(question)) return slowPower(a, b);
  if (/\+|sum|Add/.test(question)) return a + b;
  if (/\*|·|product|Multiply/.test(question)) return a * b;
  const [from, take] = /^Subtract|subtracted from/.test(question) ? [b, a] : [a, b];
  return from - take;
}

/** By Euler: the exponent modulo p − 1, then square and multiply from the top bit. */
function slowPower(base: bigint, exponent: bigint): bigint {
  return [...(exponent % (MODULUS - 1n)).toString(2)].reduce((acc, bit) => {
    const square = (acc * acc) % MODULUS;
    return bit === "1" ? (square * base) % MODULUS : square;
  }, 1n);
}

test("every answer is the exact integer that its text asks for", () => {
  const problems = arithmeticProblems({ count: 400, seed: 3 });
  for (const { prompt, answer } of problems) {
    expect(`${prompt} ${answer}`).toBe(`${prompt} ${solved(String(prompt))}`);
  }
  expect(new Set(problems.map(({ meta }) => meta?.operation)).size).toBe(4);
  expect(new Set(problems.map(({ prompt }) => String(prompt).replace(/\d+/g, "#"))).size).toBe(16);
});

test("operands lie within the digits asked for and reach both ends of them", () => {
  const operands = (digits: [number, number]) =>
    arithmeticProblems({ count: 300, digits }).flatMap(({ prompt }) =>
      [...String(prompt).matchAll(/\d+/g)].slice(0, 2).map(([text]) => BigInt(text)),
    );
  const paper = operands([12, 13]);
  expect(paper.every((n) => n >= 10n ** 11n && n <= 10n ** 13n)).toBe(true);
  // Uniform on the range, so nine of ten have thirteen digits.
  const long = paper.filter((n) => n >= 10n ** 12n).length / paper.length;
  expect(long).toBeGreaterThan(0.85);
  expect(long).toBeLessThan(0.95);
  expect(new Set(operands([1, 1])).size).toBe(10);
});

test("the same seed gives the same problems, and a longer list starts with the shorter one", () => {
  const short = arithmeticProblems({ count: 5, seed: 7 });
  expect(arithmeticProblems({ count: 9, seed: 7 }).slice(0, 5)).toEqual(short);
  expect(arithmeticProblems({ count: 5, seed: 8 })).not.toEqual(short);
});

test("the modulus is prime", () => {
  for (let d = 2n; d * d <= MODULUS; d++) if (MODULUS % d === 0n) expect.fail(`${d} divides it`);
  expect(MODULUS).toBeGreaterThan(10n ** 12n);
});

test("a digit range that makes no sense is refused", () => {
  expect(() => arithmeticProblems({ count: 1, digits: [5, 4] })).toThrow("digits");
  expect(() => arithmeticProblems({ count: 1, digits: [0, 4] })).toThrow("digits");
});
