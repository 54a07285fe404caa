import { parseWorklist } from "../../embedded/worklist.ts";
import type { ChatMessage, ProblemKind } from "../problem.ts";
import { has } from "./format.ts";

const ANSWER = ["answer", "gold", "ground_truth", "target", "label", "expected_answer", "final_answer"];

/** How an answer is checked, and the answer: `undefined` where there is none. */
export interface Gold {
  answer?: unknown;
  kind: ProblemKind;
}

/** The gold answer under one of its common names; verl keeps it in `reward_model.ground_truth`. */
export function answerIn(row: Record<string, unknown>): unknown {
  const name = ANSWER.find((one) => has(row, one));
  if (name !== undefined) return row[name];
  const { reward_model: reward } = row;
  return typeof reward === "object" && reward !== null
    ? (reward as { ground_truth?: unknown }).ground_truth
    : undefined;
}

/** Tests are a program's; an object with nothing but an answer is that answer. */
export function readGold(value: unknown, prompt: unknown): Gold {
  const tests = testsOf(value);
  if (tests) return { answer: tests, kind: "code" };
  const answer = unwrapped(value);
  const kind = worklistIn(prompt) === undefined ? "math" : "worklist";
  return { kind, ...(answer !== undefined && answer !== null && { answer }) };
}

/** A pool of the embedded model, exported: its problems are known by their wording. */
export function worklistIn(prompt: unknown): string | undefined {
  if (typeof prompt === "string") return parseWorklist(prompt) ? prompt : undefined;
  const [turn, second] = Array.isArray(prompt) ? (prompt as ChatMessage[]) : [];
  const content = second ? undefined : turn?.content;
  return typeof content === "string" && parseWorklist(content) ? content : undefined;
}

/** Code problems have `{inputs, outputs}` where mathematics has an answer. */
function testsOf(truth: unknown): unknown {
  const value = typeof truth === "string" && truth.trimStart().startsWith("{") ? jsonOrNothing(truth) : truth;
  if (typeof value !== "object" || value === null) return undefined;
  const { inputs, outputs } = value as { inputs?: unknown; outputs?: unknown };
  // Parquet gives every record of a column the fields of all, null where they do not apply.
  return inputs && outputs ? withoutNulls(value) : undefined;
}

function unwrapped(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(withoutNulls(value));
  const [only, second] = fields;
  return only && !second && ANSWER.includes(only[0]) ? only[1] : value;
}

const withoutNulls = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined));

function jsonOrNothing(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
