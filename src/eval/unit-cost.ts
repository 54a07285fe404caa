import type { Trajectory } from "../core/trajectory.ts";
import type { TrialCost } from "./trial.ts";

/** What the calls of one unit came to. `used`: those whose message was passed on or is the answer. */
export function unitCost(calls: readonly Trajectory[], used: (call: Trajectory) => boolean): TrialCost {
  const sum = (of: (call: Trajectory) => number) => calls.reduce((total, call) => total + of(call), 0);
  return {
    calls: calls.length,
    cutOffCalls: calls.filter(({ outcome }) => outcome === "cut-off").length,
    failedCalls: calls.filter(({ outcome }) => outcome === "failed").length,
    input: sum(({ usage }) => usage.input),
    cachedInput: sum(({ usage }) => usage.cachedInput),
    output: sum(({ usage }) => usage.output),
    wasted: sum((call) => (used(call) ? 0 : call.usage.output)),
    latencyMs: criticalPath(calls),
  };
}

/**
 * The slowest place of each round, added up; a place's attempts follow each other. Made of the calls' own times,
 * so that it is the same after a resume, and for a first round that was drawn from a pool.
 */
function criticalPath(calls: readonly Trajectory[]): number {
  let total = 0;
  for (const round of Map.groupBy(calls, (call) => call.round).values()) {
    const places = Map.groupBy(round, (call) => call.index).values();
    total += Math.max(...[...places].map((place) => place.reduce((sum, call) => sum + call.durationMs, 0)));
  }
  return total;
}

/** Generated tokens of the calls that ended by themselves, in the order of rounds. */
export function lengthsOf(calls: readonly Trajectory[]): number[] {
  return calls
    .filter(({ outcome }) => outcome === "finished" || outcome === "cut-off")
    .toSorted((a, b) => a.round - b.round || a.index - b.index)
    .map(({ usage }) => usage.output);
}
