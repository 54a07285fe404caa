import { type Format, has, text } from "./format.ts";

/** PaCoRe-Train-8k: `conversation`, the cached message pool `responses`, `ground_truth`. */
export const pacoreTrain: Format = {
  name: "pacore-train",
  matches: (row) => has(row, "conversation", "ground_truth"),
  read(row) {
    const conversation = parsed(row.conversation);
    const truth = row.ground_truth;
    const tests = testsOf(truth);
    return {
      prompt: conversation,
      ...(tests ? { answer: tests, kind: "code" } : { answer: text(row, "ground_truth"), kind: "math" }),
      ...(has(row, "responses") && { messages: parsed(row.responses) }),
      ...(has(row, "id") && { id: text(row, "id") }),
    };
  },
};

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
