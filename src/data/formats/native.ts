import { parseWorklist } from "../../embedded/worklist.ts";
import { type Format, has, text } from "./format.ts";

const QUESTION = ["prompt", "question", "problem", "input", "query"];
const ANSWER = ["answer", "gold", "ground_truth", "target", "label", "expected_answer"];
const KEPT = ["id", "kind", "options", "meta", "messages"];

/** Our own schema, or anything with a field for the question and one for the answer. */
export const native: Format = {
  name: "plain",
  matches: (row) => has(row, "messages") || QUESTION.some((name) => has(row, name)),
  read(row) {
    const question = QUESTION.find((name) => has(row, name));
    if (!question)
      throw new Error(`has no question (none of ${QUESTION.join(", ")}); name it with --map prompt=FIELD`);
    const answer = ANSWER.find((name) => has(row, name));
    const prompt = structured(row[question]);
    const kept = Object.fromEntries(
      KEPT.filter((name) => has(row, name)).map((name) => [name, structured(row[name])]),
    );
    return {
      prompt,
      ...(answer && { answer: row[answer] }),
      kind: typeof prompt === "string" && parseWorklist(prompt) ? "worklist" : "math",
      ...kept,
      ...(has(row, "id") && { id: text(row, "id") }),
    };
  },
};

/** In CSV files chats and options are JSON texts. */
function structured(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*(\[\s*\{|\{\s*")/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
