import type { PoolEntry } from "./pool-entry.ts";

/** Why an entry is left out of a filtered pool. */
export type DropReason =
  /** A line that is no entry. */
  | "unreadable"
  | "too-few-messages"
  | "unscored"
  | "never-right"
  | "too-often-right"
  | "image"
  | "link"
  | "several-questions"
  | "no-single-answer"
  | "judge"
  /** The same text as an evaluation problem, digits aside. */
  | "contaminated-text"
  | "contaminated-ngram"
  | "no-synthesis-score"
  | "synthesis-never-right"
  | "synthesis-always-right";

export interface Drop {
  reason: DropReason;
  /** For people: what was found. */
  detail: string;
}

/** One question that a filter asks of an entry; undefined: nothing is wrong with it. */
export type Check = (entry: PoolEntry) => Drop | undefined | Promise<Drop | undefined>;
