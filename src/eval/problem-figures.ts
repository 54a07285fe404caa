import { mean } from "./metrics/clustered.ts";
import { expectedMaximum } from "./metrics/combinatorics.ts";
import { isRight } from "./metrics/emergence.ts";
import { type AnswerGroup, MOST_SAMPLES, majorityVote } from "./metrics/majority.ts";
import { passAtK } from "./metrics/pass-at-k.ts";
import type { Trial } from "./trial.ts";

/** Plain samples of one problem, as votes and pass@k need them. */
export interface Samples {
  groups: AnswerGroup[];
  abstaining: number;
  /** Samples that ended, scored or not. */
  count: number;
  scored: number;
  right: number;
  unscored: number;
  failed: number;
  latencies: number[];
}

/** Samples by the normal form of their answers; what failed is no sample. */
export function gatherSamples(trials: readonly Trial[]): Samples {
  const done = trials.filter(({ status }) => status === "done").slice(0, MOST_SAMPLES);
  const scored = done.filter(({ value }) => value !== null);
  const byAnswer = Map.groupBy(
    scored.filter(({ answer }) => answer !== ""),
    ({ answer }) => answer,
  );
  const groups = [...byAnswer.values()].map((group) => ({
    size: group.length,
    value: mean(group.map(({ value }) => value as number)),
  }));
  return {
    groups,
    abstaining: scored.filter(({ answer }) => answer === "").length,
    count: done.length,
    scored: scored.length,
    right: scored.filter(({ value }) => isRight(value)).length,
    unscored: done.length - scored.length,
    failed: trials.length - done.length,
    latencies: done.map(({ cost }) => cost.latencyMs),
  };
}

/**
 * Expected worth of a majority vote of K = 1 … maxK. Empty if a sample is unscored: its vote would count, but
 * nobody knows what for.
 */
export function voteCurve({ groups, abstaining, scored, unscored }: Samples, maxK = scored): number[] {
  return unscored > 0 ? [] : majorityVote(groups, abstaining, Math.min(maxK, scored));
}

/** pass@k for the wanted k that the samples allow. */
export function passCurve({ scored, right }: Samples, ks: readonly number[]): (number | undefined)[] {
  return ks.map((k) => passAtK(scored, right, k));
}

/** How long the slowest of K samples side by side takes. */
export const voteLatency = ({ latencies }: Samples, k: number): number => expectedMaximum(latencies, k);

/** 1, 2, 4 … and the last: enough points for a curve on a log axis. */
export function powersOfTwo(most: number): number[] {
  const ks: number[] = [];
  for (let k = 1; k < most; k *= 2) ks.push(k);
  return most >= 1 ? [...ks, most] : ks;
}
