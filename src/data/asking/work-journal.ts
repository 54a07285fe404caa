import { createHash } from "node:crypto";
import type { Spent } from "../../core/caps.ts";
import type { Journal } from "../../core/journal.ts";
import { costOf } from "../../core/receipt.ts";
import type { SolveResult } from "../../core/result.ts";
import type { Trajectory } from "../../core/trajectory.ts";
import { NO_USAGE } from "../../core/usage.ts";
import { InvalidOptionError } from "../../errors.ts";
import { JournalBusyError, JournalMismatchError } from "../../journal/errors.ts";
import type { RunJournal } from "../../journal/run-journal.ts";
import type { RunSummary } from "../../journal/summary.ts";

/** What all calls of a journal came to. */
export function spentBy(runs: readonly RunSummary[]): Spent {
  const spent: Spent = { calls: 0, input: 0, cachedInput: 0, output: 0 };
  for (const { trajectories, inputTokens, outputTokens } of runs) {
    spent.calls += Object.values(trajectories).reduce((sum, count) => sum + count, 0);
    spent.input += inputTokens;
    spent.output += outputTokens;
  }
  return spent;
}

/** Printable and not too long, whatever ids a data set has. */
export function runIdFor(id: string): string {
  const plain = /^[\x20-\x7e]{1,200}$/.test(id);
  return `problem ${plain ? id : createHash("sha256").update(id).digest("hex")}`;
}

/**
 * A journal's refusal as the fault of `--out`.
 * @param what What the journal belongs to: "a pool". @returns Other errors as they are.
 */
export function explainRefusal(path: string, what: string, error: unknown): unknown {
  if (error instanceof JournalMismatchError) {
    const other = `${path} belongs to ${what} with another ${error.differences.join("; ")}; name another file.`;
    return new InvalidOptionError("out", other, { cause: error });
  }
  if (error instanceof JournalBusyError) {
    const who = `process ${error.pid} on ${error.host}`;
    return new InvalidOptionError("out", `is being built by ${who}; wait until it ends.`, { cause: error });
  }
  return error;
}

export interface ProblemJournalOptions {
  /** Keep the reasoning too, not the conclusions alone. */
  keepReasoning: boolean;
  /** Whether the work itself is being stopped. */
  isStopped: () => boolean;
  /** A call is on disk. */
  onPut: (trajectory: Trajectory) => void;
}

/**
 * A problem's run as the core writes it. Calls that were cancelled because the work stops are kept for the totals
 * alone, under attempts below zero: the next life asks them again as if for the first time, with the same seed.
 */
export function problemJournal(
  run: RunJournal,
  { keepReasoning, isStopped, onPut }: ProblemJournalOptions,
): Journal {
  const places = new Map<string, number>();
  const placeOf = ({ round, index }: Trajectory) => `${round}/${index}`;
  for (const trajectory of run.trajectories()) {
    const place = placeOf(trajectory);
    places.set(place, Math.min(trajectory.attempt, places.get(place) ?? 0));
  }
  return {
    trajectories: () => run.trajectories(),
    rounds: () => [],
    result: () => run.result(),
    putRound: async () => {},
    putResult: (result) => run.putResult(result),
    putTrajectory: async (trajectory) => {
      const kept = keepReasoning ? trajectory : { ...trajectory, content: [] };
      if (trajectory.outcome === "cancelled" && isStopped()) {
        const attempt = (places.get(placeOf(trajectory)) ?? 0) - 1;
        places.set(placeOf(trajectory), attempt);
        await run.putTrajectory({ ...kept, attempt });
      } else await run.putTrajectory(kept);
      onPut(trajectory);
    },
  };
}

/** A text as the result of a run: how something other than an answer is kept in a journal for good. */
export function keptResult(runId: string, text: string): SolveResult {
  const cost = costOf([], { used: new Set(), replayed: new Set(), price: undefined, wallMs: 0 });
  return {
    runId,
    answer: text,
    content: [],
    finishReason: { unified: "other", raw: "kept" },
    source: "message",
    messages: [],
    usage: NO_USAGE,
    receipt: { ...cost, rounds: [], notes: [] },
    warnings: [],
  };
}
