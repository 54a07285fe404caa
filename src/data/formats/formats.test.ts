import { expect, test } from "vitest";
import pickles from "../fixtures/pickles.json" with { type: "json" };
import { worklistProblems } from "../worklists.ts";
import { FORMATS } from "./index.ts";

function read(row: Record<string, unknown>) {
  const format = FORMATS.find((one) => one.matches(row));
  return { format: format?.name, ...(format?.read(row) ?? {}) };
}

test("a GSM8K line gives the number after ####", () => {
  const answer = "She has 2*600=<<2*600=1200>>1200.\n#### 1,200";
  expect(read({ question: "How many?", answer })).toEqual({
    format: "gsm8k",
    prompt: "How many?",
    answer: "1200",
    kind: "math",
  });
});

test("a MATH line gives the last box of its solution", () => {
  const solution = "We get \\boxed{1} or rather $\\boxed{\\frac{3}{4}}$.";
  const row = { problem: "x?", level: "Level 5", type: "Algebra", solution };
  expect(read(row)).toMatchObject({
    format: "math",
    answer: "\\frac{3}{4}",
    kind: "math",
    meta: { level: "Level 5" },
  });
  expect(() => read({ ...row, solution: "none" })).toThrow("no \\boxed");
});

test("a MathArena line keeps its number as the id and an integer answer as text", () => {
  const row = { problem_idx: 7, problem: "Find n.", answer: 70, problem_type: ["Algebra"] };
  expect(read(row)).toMatchObject({ format: "matharena", id: "7", answer: "70" });
});

test("an HLE question is a choice or goes to a judge, and one with a picture is left out", () => {
  const row = { id: "a", question: "Q", answer: "C", answer_type: "multipleChoice", image: "" };
  expect(read(row)).toMatchObject({ format: "hle", kind: "choice", answer: "C" });
  expect(read({ ...row, answer_type: "exactMatch" })).toMatchObject({ kind: "judge" });
  expect(read({ ...row, image: "data:image/png;base64,AA" })).toMatchObject({ skipped: "has a picture" });
});

test("a PaCoRe-Train-8k record brings its message pool", () => {
  const row = { conversation: [{ role: "user", content: "1+1?" }], responses: ["2", "3"], ground_truth: "2" };
  expect(read(row)).toEqual({
    format: "pacore-train",
    prompt: row.conversation,
    answer: "2",
    kind: "math",
    messages: ["2", "3"],
  });
  const [list] = worklistProblems({ count: 1 });
  const worklist = { conversation: [{ role: "user", content: list?.prompt }], ground_truth: list?.answer };
  expect(read(worklist)).toMatchObject({ kind: "worklist", prompt: list?.prompt });
  const tests = { inputs: ["1"], outputs: ["2"] };
  expect(read({ ...row, ground_truth: JSON.stringify(tests) })).toMatchObject({
    kind: "code",
    answer: tests,
  });
});

const problem = {
  question_id: "abc_1",
  question_content: "Add two numbers.",
  starter_code: "",
  public_test_cases: '[{"input": "0 0", "output": "0", "testtype": "stdin"}]',
  private_test_cases: pickles.livecodebench,
  metadata: "{}",
};

test("a LiveCodeBench line unpacks its hidden tests behind the public ones", () => {
  expect(read(problem)).toMatchObject({
    format: "livecodebench",
    id: "abc_1",
    kind: "code",
    answer: {
      tests: [
        { input: "0 0", output: "0", testtype: "stdin" },
        { input: "1 2\n", output: "3\n", testtype: "stdin" },
        { input: "5 é\n", output: "x", testtype: "stdin" },
      ],
    },
  });
});

test("a LiveCodeBench function problem shows its starter code and names its function", () => {
  const row = {
    ...problem,
    starter_code: "class Solution:\n  def add(self, a, b):",
    metadata: '{"func_name": "add"}',
  };
  const draft = read(row) as { prompt: string; answer: { func_name: string } };
  expect(draft.prompt).toContain("class Solution:");
  expect(draft.answer.func_name).toBe("add");
});

test("a record with a question and an answer under common names needs no mapping", () => {
  expect(read({ question: "Q", gold: "A", id: 3 })).toMatchObject({
    format: "plain",
    prompt: "Q",
    answer: "A",
    id: "3",
  });
});
