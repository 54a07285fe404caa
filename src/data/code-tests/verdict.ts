import type { Program } from "../../verify/code/program.ts";
import type { CodeTest } from "./bench.ts";
import type { InputFault } from "./generate-inputs.ts";

/** Why a problem gets no tests. In the order in which they are found. */
export const REJECTIONS = [
  /** Before anything is asked. */
  "too-few-good",
  "too-few-bad",
  "known-tests-fail",
  /** The model's programs. */
  "no-validator",
  "generator-fails",
  "inputs-refused",
  "too-few-inputs",
  "good-fail",
  "good-disagree",
  "no-checker",
  /** The tests themselves. */
  "good-refused",
  "no-bad-rejected",
  "bad-accepted",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** What became of one problem. */
export interface Verdict {
  id: string;
  kept: boolean;
  reason?: Rejection;
  /** For people. */
  detail: string;
  good: { given: number; used: number; accepted: number };
  bad: { given: number; used: number; rejected: number; by: Partial<Record<CodeTest["category"], number>> };
  /** Solutions that are not run: in another language, or not to be compiled. */
  skipped: number;
  /** Share of good solutions that pass all tests; of bad ones that do not. null: not measured. */
  tpr: number | null;
  tnr: number | null;
  /** Good solutions that fail, bad ones that pass: `good 2: exit code 1: …`. */
  failing: string[];
  inputs: {
    asked: number;
    valid: number;
    faults: Partial<Record<InputFault, number>>;
    disagree: number;
    unanswered: number;
    tests: Partial<Record<CodeTest["category"], number>>;
  };
  /** Answers of the model that were used for each program. */
  answers: { validator: number; generator: number; checker: number };
  /** The last of each, so that somebody can look, and make the inputs again. */
  programs: Partial<Record<"validator" | "generator" | "checker", Program>>;
}

/** What is kept of a problem: its tests, for the data set. */
export interface Outcome {
  verdict: Verdict;
  /** Absent where the problem is not kept. */
  answer?: { tests: CodeTestLine[]; checker?: Program };
}

/** A test as the data set has it. */
export interface CodeTestLine {
  input: string;
  output: string;
  testtype: "stdin";
}

export const lineOf = ({ input, output }: CodeTest): CodeTestLine => ({ input, output, testtype: "stdin" });

export function countBy<T, K extends string>(
  items: readonly T[],
  key: (item: T) => K,
): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
