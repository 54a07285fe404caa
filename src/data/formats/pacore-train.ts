import { parseWorklist } from "../../embedded/worklist.ts";
import { type Format, has, text } from "./format.ts";

/** PaCoRe-Train-8k: `conversation`, the cached message pool `responses`, `ground_truth`. */
export const pacoreTrain: Format = {
  name: "pacore-train",
  matches: (row) => has(row, "conversation", "ground_truth"),
  read(row) {
    const conversation = parsed(row.conversation);
    const truth = row.ground_truth;
    const tests = testsOf(truth);
    const worklist = worklistIn(conversation);
    return {
      prompt: worklist ?? conversation,
      ...(tests ? { answer: tests, kind: "code" } : { answer: text(row, "ground_truth"), kind: "math" }),
      ...(worklist !== undefined && { kind: "worklist" }),
      ...(has(row, "responses") && { messages: parsed(row.responses) }),
      ...(has(row, "id") && { id: text(row, "id") }),
    };
  },
};

/** A pool of the embedded model, exported: its problems are known by their wording. */
function worklistIn(conversation: unknown): string | undefined {
  const [turn, second] = Array.isArray(conversation) ? (conversation as { content?: unknown }[]) : [];
  const content = second ? undefined : turn?.content;
  return typeof content === "string" && parseWorklist(content) ? content : undefined;
}

/** In CSV and some Parquet files lists are JSON texts. */
function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

/** Code problems have `{inputs, outputs}` where mathematics has an answer. */
function testsOf(truth: unknown): unknown {
  const value = typeof truth === "string" && truth.trimStart().startsWith("{") ? jsonOrNothing(truth) : truth;
  return typeof value === "object" && value !== null && "inputs" in value && "outputs" in value
    ? value
    : undefined;
}

function jsonOrNothing(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
