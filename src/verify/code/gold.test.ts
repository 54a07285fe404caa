import { expect, test } from "vitest";
import { readGold, readSettings } from "./gold.ts";

test("tests are read as LiveCodeBench writes them", () => {
  expect(readGold({ tests: [{ input: "1", output: "2", testtype: "functional" }], func_name: "f" })).toEqual({
    tests: [{ input: "1", output: "2", testtype: "functional" }],
    functionName: "f",
    checker: undefined,
  });
});

test("tests are read as TACO writes them, in columns and as text", () => {
  const gold = JSON.stringify({ inputs: [[1, "a"]], outputs: [[[3]]], fn_name: "f" });
  expect(readGold(gold)).toMatchObject({
    tests: [{ input: '1\n"a"', output: "[3]", testtype: "functional" }],
    functionName: "f",
  });
  expect(readGold({ inputs: ["1\n", ["2", "3"]], outputs: ["x", 4] }).tests).toEqual([
    { input: "1\n", output: "x", testtype: "stdin" },
    { input: "2\n3", output: "4", testtype: "stdin" },
  ]);
});

test.each([
  [{ tests: [] }],
  [{ inputs: ["1"], outputs: [] }],
  [{ inputs: [], outputs: [] }],
  ["nothing"],
  [null],
])("%j holds no tests", (gold) => expect(() => readGold(gold)).toThrow());

test("options become limits; what is none is refused", () => {
  expect(readSettings({ language: "C++", timeMs: 2000, memoryMb: 64 })).toMatchObject({
    language: "cpp",
    limits: { cpuMs: 2000, wallMs: 5000, memoryBytes: 64 << 20 },
  });
  expect(() => readSettings({ language: "cobol" })).toThrow("python, cpp, javascript");
  expect(() => readSettings({ timeMs: -1 })).toThrow();
});
