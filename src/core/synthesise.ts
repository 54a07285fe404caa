import { childController, MAX_TIMER_MS } from "./abort.ts";
import { plurality } from "./agreement.ts";
import type { RoundInput } from "./attempt.ts";
import { BudgetTooSmallError } from "./budget.ts";
import { DeadlineError, SynthesisError } from "./errors.ts";
import { separateReasoning } from "./inline-reasoning.ts";
import type { SolveResult } from "./result.ts";
import type { Run } from "./run.ts";
import { type Sampled, sample } from "./sample.ts";
import type { CompactMessage, Trajectory } from "./trajectory.ts";
import { NO_USAGE } from "./usage.ts";

/** The answer, less what the run as a whole adds. */
export type Answer = Omit<SolveResult, "runId" | "receipt" | "warnings"> & { notes: string[] };

class OutOfTime extends Error {}

/**
 * The last round: one trajectory over the last message set; its compact message is the answer y (§2.1).
 *
 * If time or money end first, the most frequent message is the answer, and the result says so.
 * @throws {SynthesisError} if the call fails for good.
 */
export async function synthesise(
  run: Run,
  input: RoundInput,
  messages: readonly CompactMessage[],
): Promise<Answer> {
  const child = childController([run.signal]);
  const left = run.deadline.leftMs();
  const outOfTime = () => child.controller.abort(new OutOfTime());
  if (left <= 0) outOfTime();
  const timer = Number.isFinite(left)
    ? setTimeout(outOfTime, Math.min(Math.max(0, left), MAX_TIMER_MS))
    : undefined;
  try {
    const place = { round: input.round, index: 0 };
    const sampled = await sample(run, input, place, { signal: child.signal });
    return answerFrom(run, sampled, messages);
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    if (messages.length === 0) throw new DeadlineError(run.settings.deadlineMs ?? 0);
    return mostFrequent(run, messages, "the deadline passed during the synthesis");
  } finally {
    clearTimeout(timer);
    child.release();
  }
}

function answerFrom(run: Run, sampled: Sampled, messages: readonly CompactMessage[]): Answer {
  switch (sampled.kind) {
    case "message":
      return fromTrajectory(run, sampled.trajectory, messages);
    case "lost":
      // Cut off: a chat model would return what it has, with the reason; so do we, without passing reasoning
      // off as an answer.
      if (sampled.trajectory) return fromTrajectory(run, sampled.trajectory, messages);
      throw new SynthesisError(sampled.reason, messages, { cause: sampled.error });
    case "unaffordable":
      if (messages.length === 0) throw new BudgetTooSmallError("nothing is left for a call");
      return mostFrequent(run, messages, "the budget was used up before the synthesis");
    default:
      return sampled satisfies never;
  }
}

function fromTrajectory(run: Run, trajectory: Trajectory, messages: readonly CompactMessage[]): Answer {
  run.used.add(trajectory);
  const { message, content, finishReason, usage } = trajectory;
  return {
    answer: message ?? "",
    content: separateReasoning(content),
    finishReason,
    source: messages.length === 0 ? "single" : "synthesis",
    messages: [...messages],
    usage,
    notes: message === null ? ["the answer was cut off before its conclusion"] : [],
  };
}

function mostFrequent({ settings }: Run, messages: readonly CompactMessage[], why: string): Answer {
  const answer = plurality(messages, settings.normalForm)[0] ?? "";
  return {
    answer,
    content: [{ type: "text", text: answer }],
    finishReason: { unified: "stop", raw: undefined },
    source: "message",
    messages: [...messages],
    usage: NO_USAGE,
    notes: [`${why}; the answer is the most frequent message`],
  };
}
