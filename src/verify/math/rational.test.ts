import { expect, test } from "vitest";
import { evaluateExact } from "./evaluate-exact.ts";
import { Fuel, OutOfFuelError } from "./limits.ts";
import { parse } from "./parse.ts";
import { exactRoot, floorRational, gcd, rational, reduced, TOO_LARGE, toNumber } from "./rational.ts";

const fuel = () => new Fuel();

function exact(text: string): string {
  const value = evaluateExact(parse(text, fuel()), fuel());
  if (value === undefined || value === TOO_LARGE) return String(value?.description);
  const { n, d } = reduced(value, fuel());
  return d === 1n ? `${n}` : `${n}/${d}`;
}

test.each([
  ["0.1+0.2", "3/10"],
  ["2^{99}+1", "633825300114114700748351602689"],
  ["(-2)^{-3}", "-1/8"],
  ["0^0", "1"],
  ["-2^2", "-4"],
  [String.raw`\sqrt{\frac{16}{81}}`, "4/9"],
  [String.raw`\sqrt[3]{-27}`, "-3"],
  ["8^{2/3}", "4"],
  ["1.5e-3", "3/2000"],
  [String.raw`0.1\overline{6}`, "1/6"],
  [String.raw`\binom{50}{25}`, "126410606437752"],
  [String.raw`\frac{100!}{98!}`, "9900"],
  ["7!!", "105"],
  [String.raw`\sum_{k=1}^{100} k^2`, "338350"],
  [String.raw`\prod_{k=1}^{5} \frac{k}{k+1}`, "1/6"],
  [String.raw`\lfloor -\frac{7}{2} \rfloor`, "-4"],
  [String.raw`\lceil -\frac{7}{2} \rceil`, "-3"],
  [String.raw`\gcd(84, 30)`, "6"],
  [String.raw`\operatorname{lcm}(4, 6)`, "12"],
  [String.raw`\max(\frac13, 0.3)`, "1/3"],
  ["12.5%", "1/8"],
])("%s is exactly %s", (text, value) => {
  expect(exact(text)).toBe(value);
});

test.each([
  [String.raw`\sqrt{2}`],
  [String.raw`\pi`],
  ["x"],
  [String.raw`\frac{1}{0}`],
  [String.raw`\sqrt{-4}`],
])("%s is no rational number", (text) => {
  expect(exact(text)).toBe("undefined");
});

test.each([["9^{9^9}"], ["10^{100000}"], ["1e9999"], ["5000!"], [String.raw`\binom{1000000}{500000}`]])(
  "%s is not written out",
  (text) => {
    expect(exact(text)).toBe("too large");
  },
);

test("fractions beyond a double's range have a double", () => {
  expect(toNumber(rational(10n ** 400n, 4n * 10n ** 400n + 1n))).toBeCloseTo(0.25, 15);
  expect(toNumber(rational(3n * 10n ** 330n, 10n ** 331n))).toBeCloseTo(0.3, 15);
});

test("integer roots are exact or none", () => {
  expect(exactRoot(10n ** 40n, 2, fuel())).toBe(10n ** 20n);
  expect(exactRoot(10n ** 40n + 1n, 2, fuel())).toBeUndefined();
  expect(exactRoot(0n, 3, fuel())).toBe(0n);
});

test("floors go down, and divisors are positive", () => {
  expect(floorRational(rational(-1n, 3n))).toBe(-1n);
  expect(gcd(-12n, 18n, fuel())).toBe(6n);
  expect(gcd(0n, 0n, fuel())).toBe(1n);
});

test("arithmetic stops when its fuel is spent", () => {
  const sum = parse(String.raw`\sum_{k=1}^{1000} \sum_{j=1}^{1000} k j`, fuel());
  expect(() => evaluateExact(sum, new Fuel(10_000))).toThrow(OutOfFuelError);
});
