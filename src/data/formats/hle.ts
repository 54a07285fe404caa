import { type Format, has, pick, text } from "./format.ts";

/** Humanity's Last Exam, its text part (§3.2): questions with a picture are left out. */
export const hle: Format = {
  name: "hle",
  matches: (row) => has(row, "question", "answer", "answer_type"),
  read(row) {
    if (typeof row.image === "string" ? row.image !== "" : has(row, "image"))
      return { skipped: "has a picture" };
    return {
      id: text(row, "id"),
      prompt: text(row, "question"),
      answer: text(row, "answer"),
      // Its short answers are free text, which the benchmark itself gives to a judge.
      kind: row.answer_type === "multipleChoice" ? "choice" : "judge",
      ...pick(row, "category", "raw_subject", "answer_type"),
    };
  },
};
