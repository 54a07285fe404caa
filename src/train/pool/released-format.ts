import type { Problem } from "../../data/problem.ts";
import { readGold } from "../../verify/code/gold.ts";
import type { PoolEntry } from "./pool-entry.ts";

/** A record of PaCoRe-Train-8k. */
export interface ReleasedRecord {
  conversation: Exclude<Problem["prompt"], string>;
  responses: string[];
  /** A text in all records, so that the column has one type; tests are its JSON: `{inputs, outputs}`. */
  ground_truth: string;
}

/** What the released format has a place for: neither ids, scores, options nor metadata. */
export function toReleased({ problem, messages }: PoolEntry): ReleasedRecord {
  const { prompt } = problem;
  return {
    conversation: typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt,
    responses: messages.map(({ text }) => text),
    ground_truth: truthOf(problem),
  };
}

function truthOf({ kind, answer = null }: Problem): string {
  if (typeof answer === "string") return answer;
  return JSON.stringify(kind === "code" ? columnsOf(answer) : answer);
}

/** Tests as columns, by which the format tells programs from mathematics. */
function columnsOf(answer: unknown): unknown {
  if (typeof answer === "object" && answer !== null && "inputs" in answer) return answer;
  const { tests, functionName, checker } = readGold(answer);
  const extra = { ...(functionName && { fn_name: functionName }), ...(checker && { checker }) };
  if (!functionName)
    return { inputs: tests.map(({ input }) => input), outputs: tests.map(({ output }) => output), ...extra };
  return {
    inputs: tests.map(({ input }) => input.split("\n").map((argument) => JSON.parse(argument))),
    outputs: tests.map(({ output }) => [JSON.parse(output)]),
    ...extra,
  };
}
