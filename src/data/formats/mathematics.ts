import { lastBoxed } from "../boxed.ts";
import { type Format, has, pick, text } from "./format.ts";

/** GSM8K (openai/gsm8k): a worked solution whose last line is `#### 42`. */
export const gsm8k: Format = {
  name: "gsm8k",
  matches: (row) => has(row, "question", "answer") && /(^|\n)#### /.test(String(row.answer)),
  read(row) {
    const gold = text(row, "answer").split("####").at(-1)?.trim().replaceAll(",", "");
    if (!gold) throw new Error("has no answer after ####");
    return { prompt: text(row, "question"), answer: gold, kind: "math" };
  },
};

/** MATH (hendrycks/competition_math, MATH-500): the gold is the last `\boxed{…}` of the solution. */
export const competitionMath: Format = {
  name: "math",
  matches: (row) =>
    has(row, "problem", "solution") && (has(row, "level") || lastBoxed(String(row.solution)) !== undefined),
  read(row) {
    const answer = has(row, "answer") ? text(row, "answer") : lastBoxed(text(row, "solution"));
    if (answer === undefined) throw new Error("has no \\boxed{…} in its solution");
    const id = has(row, "unique_id") ? { id: text(row, "unique_id") } : {};
    return {
      ...id,
      prompt: text(row, "problem"),
      answer,
      kind: "math",
      ...pick(row, "level", "type", "subject"),
    };
  },
};

/** MathArena's contests (AIME, HMMT, BRUMO, …): `problem_idx`, `problem`, `answer`, `problem_type`. */
export const mathArena: Format = {
  name: "matharena",
  matches: (row) => has(row, "problem_idx", "problem", "answer"),
  read: (row) => ({
    id: text(row, "problem_idx"),
    prompt: text(row, "problem"),
    answer: text(row, "answer"),
    kind: "math",
    ...pick(row, "problem_type", "competition", "source"),
  }),
};
