import { expect, test } from "vitest";
import { Fuel } from "./limits.ts";
import { parse } from "./parse.ts";
import { evaluatePrecise, samePrecise } from "./precise.ts";

const precise = (text: string) => evaluatePrecise(parse(text, new Fuel()), new Fuel());
const same = (a: string, b: string) => samePrecise(precise(a) as bigint, precise(b) as bigint);

test.each([
  [String.raw`\sqrt{3+2\sqrt{2}}`, String.raw`1+\sqrt{2}`],
  [String.raw`e^{\ln 7}`, "7"],
  [String.raw`\ln 8`, String.raw`3\ln 2`],
  [String.raw`\log_2 10`, String.raw`\frac{\ln 10}{\ln 2}`],
  [String.raw`\sin 15^\circ`, String.raw`\frac{\sqrt{6}-\sqrt{2}}{4}`],
  [String.raw`\tan\frac{\pi}{8}`, String.raw`\sqrt{2}-1`],
  [String.raw`\cos 100\pi`, "1"],
  [String.raw`(1+\sqrt{5})^{20}`, String.raw`2^{20}(6765\cdot\frac{1+\sqrt5}{2}+4181)`],
  [String.raw`2^{\sqrt{2}}`, String.raw`e^{\sqrt{2}\ln 2}`],
  [String.raw`\sqrt[3]{-2}`, "-2^{1/3}"],
])("%s is %s", (a, b) => {
  expect(same(a, b)).toBe(true);
});

test.each([
  [String.raw`\sqrt{10^{20}+1}`, "10^{10}"],
  [String.raw`e^{\pi\sqrt{163}}`, "262537412640768744"],
  [String.raw`\sqrt{2}`, "1.4142135623730950488"],
  [String.raw`\pi`, String.raw`\frac{245850922}{78256779}`],
])("%s is not %s, though doubles say so", (a, b) => {
  expect(same(a, b)).toBe(false);
});

test("what is not real, not known or far too large has no value", () => {
  for (const text of ["i", String.raw`\sqrt{-2}`, String.raw`\arcsin 1`, "e^{1000}", String.raw`\ln(-1)`])
    expect(precise(text)).toBeUndefined();
});

test("tiny numbers are not told from zero", () => {
  expect(samePrecise(precise(String.raw`\frac{\pi}{10^{40}}`) as bigint, 0n)).toBeUndefined();
});
