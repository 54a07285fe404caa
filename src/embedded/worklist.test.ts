import { expect, test } from "vitest";
import { createRandom } from "./random.ts";
import {
  applyOperation,
  chainValues,
  formatConclusion,
  formatWorklist,
  generateWorklist,
  INSTRUCTION,
  OPERATIONS,
  parseConclusion,
  parseWorklist,
  plurality,
  sampleProblem,
  scoreWorklist,
  solveWorklist,
} from "./worklist.ts";

const PROBLEM = `${INSTRUCTION}
A: 7 ×3, then +4, then ×9
B: 0 +1, then +9, then ×7
C: 9 ×9, then ×3, then +8
D: 5 +5, then +5, then +5
E: 1 ×7, then ×7, then ×7
F: 2 +3, then ×3, then +3`;
const SOLUTION = "A=5 B=0 C=1 D=0 E=3 F=8";

test("a hand-worked list is parsed and solved", () => {
  const list = parseWorklist(PROBLEM) ?? [];
  expect(list[0]).toEqual({ start: 7, operations: ["×3", "+4", "×9"] });
  expect(chainValues(list[0] ?? { start: 0, operations: [] })).toEqual([7, 1, 5, 5]);
  expect(formatConclusion(solveWorklist(list))).toBe(SOLUTION);
});

test("what is generated is what is parsed", () => {
  const random = createRandom(7);
  const sizes = new Set<number>();
  for (let i = 0; i < 100; i++) {
    const list = generateWorklist(random);
    sizes.add(list.length);
    expect(parseWorklist(formatWorklist(list))).toEqual(list);
  }
  expect([...sizes].sort()).toEqual([6, 7, 8]);
});

test("every operation permutes the digits, so guesses stay uniform", () => {
  for (const operation of OPERATIONS) {
    const images = Array.from({ length: 10 }, (_, digit) => applyOperation(digit, operation));
    expect(new Set(images).size).toBe(10);
  }
});

test.each([
  ["", "nothing"],
  ["What is 2+2?", "another question"],
  [PROBLEM.replace("\nF:", "\nG:"), "a wrong label"],
  [PROBLEM.replace("×3, then +4", "×4, then +4"), "an operation there is not"],
  [PROBLEM.split("\n").slice(0, 6).join("\n"), "five parts"],
  [PROBLEM.replace("7 ×3, then", "7 ×3,"), "a word missing"],
])("%j is no work list: %s", (text) => {
  expect(parseWorklist(text)).toBeUndefined();
});

test("an answer is right only if every part is", () => {
  expect(scoreWorklist(PROBLEM, SOLUTION)).toBe(1);
  expect(scoreWorklist(PROBLEM, `So:\n${SOLUTION.replaceAll(" ", ", ").replaceAll("=", " = ")}.`)).toBe(1);
  expect(scoreWorklist(PROBLEM, SOLUTION.replace("F=8", "F=7"))).toBe(0);
  expect(scoreWorklist(PROBLEM, SOLUTION.replace(" F=8", ""))).toBe(0);
  expect(scoreWorklist(PROBLEM, "")).toBe(0);
});

test("scoring against something else says what a work list looks like", () => {
  expect(() => scoreWorklist("What is 2+2?", "4")).toThrow(INSTRUCTION);
});

test("where an answer names a part twice, the last counts", () => {
  expect(parseConclusion("A=1 … no, A=2 B=3 I=4 A=10")).toEqual(
    new Map([
      ["A", 2],
      ["B", 3],
    ]),
  );
});

test("sample problems follow the seed", () => {
  expect(sampleProblem(1)).toBe(sampleProblem(1));
  expect(new Set(Array.from({ length: 50 }, (_, seed) => sampleProblem(seed))).size).toBe(50);
});

test("plurality takes every part's most frequent digit", () => {
  expect(plurality(["A=1 B=2", "A=1 B=3", "A=4 B=3", "nothing", ""])).toBe("A=1 B=3");
  expect(plurality(["B=2", "A=9 B=1"])).toBe("A=9 B=1");
  expect(plurality(["A=1", "A=1 B=2", "A=1"])).toBe("A=1");
  expect(plurality([])).toBe("");
});
