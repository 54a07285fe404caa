import type { Value } from "./metrics/emergence.ts";

/** The method key of plain samples: what single, votes and pools are made of. */
export const SAMPLE = "sample";

/** One repetition of one method on one problem: the unit that is journaled, resumed and counted. */
export interface Unit {
  /** Number of the problem in the store. */
  problem: number;
  method: string;
  repetition: number;
}

/** What a unit came to: figures alone, so that a report reads no trajectory. */
export interface Trial {
  /** `failed`: the upstream gave no answer; it is asked again on a resume and counted apart. */
  status: "done" | "failed";
  error?: string;
  /** null: unscored. */
  value: Value;
  /** Why it is unscored. */
  explanation?: string;
  /** Normal form of the answer; "" if there is none. */
  answer: string;
  /** The answer was cut off before its conclusion. */
  cutOff: boolean;
  cost: TrialCost;
  /** Generated tokens of every call that ended by itself, the answer's last. */
  lengths: number[];
  /** What the last round read. */
  references?: [answer: string, value: Value][];
  /** Cross-checking words in the answering trajectory; absent where it read nothing. */
  crossChecks?: number;
}

export interface TrialCost {
  calls: number;
  cutOffCalls: number;
  failedCalls: number;
  input: number;
  cachedInput: number;
  /** Generated tokens: TTC (§2.1). */
  output: number;
  /** Generated, but neither passed on nor answered. */
  wasted: number;
  /** Critical path: the slowest place of every round, added up. Waiting for a slot is part of it. */
  latencyMs: number;
}

export const NO_COST: Readonly<TrialCost> = Object.freeze({
  calls: 0,
  cutOffCalls: 0,
  failedCalls: 0,
  input: 0,
  cachedInput: 0,
  output: 0,
  wasted: 0,
  latencyMs: 0,
});
