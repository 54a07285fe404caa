import { createHash } from "node:crypto";
import { normalText } from "../core/agreement.ts";
import type { Semaphore } from "../core/semaphore.ts";
import { type Score, unscored } from "../verify/score.ts";

/** Tells right from wrong for one problem. */
export interface Grader {
  score(message: string, signal: AbortSignal): Score | Promise<Score>;
  /** One string for all messages with the same conclusion. Default: normalised text. */
  normalForm?(message: string): string;
}

export interface Grade {
  /** From 0 (wrong) to 1 (right); null: unscored. */
  value: number | null;
  /** Normal form; "" where there is no answer. */
  answer: string;
  explanation: string;
}

/** No answer is a wrong one: the model had its chance. */
const NO_ANSWER: Grade = { value: 0, answer: "", explanation: "no answer" };

/** Answers longer than this are told apart by a digest: they would fill the memory of a report. */
const LONGEST_ANSWER = 80;

/**
 * Grades messages of one problem, each text once however often it comes up. What a verifier throws is unscored.
 * @param gate Limits how many graders run at once: code and judges are not free.
 */
export function gradeOnce(
  grader: Grader,
  gate: Semaphore,
): (message: string, signal: AbortSignal) => Promise<Grade> {
  const known = new Map<string, Promise<Grade>>();
  return (message, signal) => {
    if (message.trim() === "") return Promise.resolve(NO_ANSWER);
    const before = known.get(message);
    if (before) return before;
    const graded = grade(grader, message, { gate, signal });
    known.set(message, graded);
    return graded;
  };
}

async function grade(
  grader: Grader,
  message: string,
  { gate, signal }: { gate: Semaphore; signal: AbortSignal },
): Promise<Grade> {
  const release = await gate.acquire(signal);
  let score: Score;
  try {
    score = await grader.score(message, signal);
  } catch (error) {
    signal.throwIfAborted();
    score = unscored(error instanceof Error ? error.message : String(error));
  } finally {
    release();
  }
  const { value, explanation } = score;
  return { value: value === "unscored" ? null : value, answer: normalFormOf(grader, message), explanation };
}

function normalFormOf(grader: Grader, message: string): string {
  const form = grader.normalForm ? grader.normalForm(message) : normalText(message);
  if (form.length <= LONGEST_ANSWER) return form;
  return `${form.slice(0, LONGEST_ANSWER - 14)}… ${createHash("sha256").update(form).digest("hex").slice(0, 12)}`;
}
