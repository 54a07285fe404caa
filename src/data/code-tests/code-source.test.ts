import { expect, test } from "vitest";
import { parseFieldMap } from "../field-map.ts";
import { CODE_FIELDS, codeSourceReader } from "./code-source.ts";

const read = (value: Record<string, unknown>, map?: string) =>
  codeSourceReader({ ...(map && { map: parseFieldMap([map], CODE_FIELDS) }) })({
    file: "set.jsonl",
    line: 3,
    value,
  });

test("CodeContests: columns of numbered languages, limits in seconds and bytes, both kinds of tests", () => {
  const source = read({
    name: "1_A. Theatre",
    description: "Pave it.",
    public_tests: { input: ["6 6 4\n"], output: ["4\n"] },
    private_tests: { input: ["1 1 1\n", "6 6 4\n"], output: ["1\n", "4\n"] },
    solutions: { language: [3, 2, 4, 1], solution: ["print(1)", "int main(){}", "class A{}", "print 1"] },
    incorrect_solutions: { language: [2], solution: ["int main(){return 1;}"] },
    time_limit: { seconds: 2, nanos: 500000000 },
    memory_limit_bytes: 268435456,
    difficulty: 7,
  });
  expect(source).toEqual({
    id: "1_A. Theatre",
    prompt: "Pave it.",
    good: [
      { language: "python", source: "print(1)" },
      { language: "cpp", source: "int main(){}" },
    ],
    bad: [{ language: "cpp", source: "int main(){return 1;}" }],
    skipped: 2,
    tests: [
      { input: "6 6 4\n", output: "4\n" },
      { input: "1 1 1\n", output: "1\n" },
    ],
    options: { timeMs: 2500, memoryMb: 256 },
  });
});

test("CodeContests+: submissions by name, limits in milliseconds and megabytes", () => {
  const source = read({
    id: "1575_A",
    title: "Another Sorting Problem",
    description: "Sort it.",
    time_limit: 2000,
    memory_limit: 512,
    correct_submissions: [
      { code: "#include <x>", language: "cpp" },
      { code: "print()", language: "py3" },
    ],
    incorrect_submissions: [{ code: "class A {}", language: "java" }],
  });
  expect(source).toMatchObject({
    id: "1575_A",
    skipped: 1,
    bad: [],
    options: { timeMs: 2000, memoryMb: 512 },
  });
  expect(source.good.map(({ language }) => language)).toEqual(["cpp", "python"]);
});

test("our own: texts or records, the language told by the source where nobody names it", () => {
  const source = read({
    prompt: "Add.",
    answer: { tests: [{ input: "1 2", output: "3" }] },
    good: ["print(3)", "#include <iostream>\nint main(){}", "print(3)"],
    bad: JSON.stringify([{ language: "C++", code: "int main(){}" }]),
    tests: [{ input: "3 4", output: "7" }],
    options: { checker: "integers" },
  });
  expect(source).toMatchObject({
    id: "set-3",
    good: [{ language: "python" }, { language: "cpp" }],
    bad: [{ language: "cpp", source: "int main(){}" }],
    tests: [{ input: "1 2" }, { input: "3 4" }],
    options: { checker: "integers" },
  });
});

test("LiveCodeBench with solutions in fields of its own, mapped by name", () => {
  const source = read(
    {
      question_id: "abc1",
      question_content: "Add.",
      public_test_cases: JSON.stringify([{ input: "1 2", output: "3", testtype: "stdin" }]),
      starter_code: "",
      runs: { right: ["print(3)"], wrong: ["print(4)"] },
    },
    "good=runs.right,bad=runs.wrong",
  );
  expect(source).toMatchObject({
    id: "abc1",
    good: [{ source: "print(3)" }],
    bad: [{ source: "print(4)" }],
    tests: [{ input: "1 2", output: "3" }],
  });
});

test.each([
  [{ good: ["a"] }, /no field that could be the problem/],
  [{ prompt: "x", good: ["a"], bad: ["a"] }, /among the good and the bad/],
  [{ prompt: "x", good: [{ language: "cpp" }] }, /Invalid input|no source/],
  [{ prompt: "x", good: 7 }, /expected object/],
  [{ prompt: "x", tests: [{ input: 1 }] }, /0\.input/],
  [
    { prompt: "x", answer: { tests: [{ input: "1", output: "2", testtype: "functional" }], func_name: "f" } },
    /programs that read stdin/,
  ],
])("%j is told with its reason", (value, message) => {
  expect(() => read(value as Record<string, unknown>)).toThrow(message);
});
