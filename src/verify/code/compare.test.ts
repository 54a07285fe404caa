import { expect, test } from "vitest";
import { CHECKERS, sameJson, sameOutput } from "./compare.ts";

test.each([
  ["tokens", "1  2\n3", "1 2 3\n", true],
  ["tokens", "1 2", "1 2 3", false],
  ["tokens", "", "", true],
  ["tokens", "", "0", false],
  ["tokens", "1.50", "1.5", true],
  ["tokens", "-0", "0", true],
  ["tokens", "1e3", "1000", true],
  ["tokens", "YES", "yes", false],
  ["tokens", "18446744073709551616", "18446744073709551617", false],
  ["tokens", "0.1000000000000000055", "0.1", false],
  ["tokens", `${"9".repeat(100_000)}8`, `${"9".repeat(100_000)}9`, false],
  ["tokens", "größer", "größer", true],
  ["lines", "a b \nc\n\n", "a b\nc", true],
  ["lines", "a b\nc", "a  b\nc", false],
  ["lines", "\na", "a", false],
  ["lines", "a\n \nb\n \n", "a\n\nb", true],
  ["lines", "\n\n", "", true],
  ["integers", "007 +5", "7 5", true],
  ["integers", "7.0", "7", false],
  ["integers", "9223372036854775808", "9223372036854775807", false],
  ["integers", "x", "x", false],
  ["floats", "0.3333333", "0.33333333333", true],
  ["floats", "0.3333", "0.33333333333", false],
  ["floats", "1000000.5", "1000000", true],
  ["floats", "9007199254740993", "9007199254740992", false],
  ["floats", "nan", "1", false],
  ["floats", "Impossible", "Impossible", true],
] as const)("%s: %j against %j is %j", (checker, output, gold, equal) => {
  expect(sameOutput(checker, output, { gold })).toBe(equal);
});

test("a tolerance may be absolute or relative", () => {
  const same = (output: string, absolute: number, relative: number) =>
    sameOutput("floats", output, { gold: "100.0", tolerance: { absolute, relative } });
  expect([same("101.0", 1, 0), same("101.1", 1, 0)]).toEqual([true, false]);
  expect([same("101.0", 0, 0.01), same("102.0", 0, 0.01)]).toEqual([true, false]);
});

test.each([
  ["[1, 2.0]", "[1,2]", true],
  ["[9007199254740993]", "[9007199254740992]", false],
  ['{"a":1,"b":[]}', '{"b":[],"a":1}', true],
  ["[]", "{}", false],
  ["null", "0", false],
  ["[1]", "[1,2]", false],
  ['"1"', "1", false],
  ["true", "1", false],
  ["0.30000000000000004", "0.3", true],
  ["", "[]", false],
  ["oops", "oops", true],
  ['{"__proto__":1}', '{"__proto__":2}', false],
])("as JSON %j against %j is %j", (output, gold, equal) => {
  expect(sameJson(output, gold)).toBe(equal);
});

test.each([
  ["a long run of blanks", `${" ".repeat(4e6)}x`],
  ["a long run of empty lines", `${"\n".repeat(4e6)}x`],
  ["very many words", "1 ".repeat(4e6)],
])("%s is wrong after one look", (_, output) => {
  for (const checker of CHECKERS) expect(sameOutput(checker, output, { gold: "1 2" })).toBe(false);
  expect(sameJson(output, "[1]")).toBe(false);
});

test("JSON that goes on beyond all reason is not read", () => {
  expect(sameJson(`[${"1,".repeat(1e6)}1]`, "[1]")).toBe(false);
  expect(sameJson(`${"[".repeat(1e6)}${"]".repeat(1e6)}`, "[]")).toBe(false);
  expect(sameJson(JSON.stringify([1 / 3, 2 / 3], undefined, 8), "[0.333333333,0.666666667]")).toBe(true);
});
