import type { Rejection } from "./verdict.ts";

/** The problem gets no tests, for this reason; a generator's fault may be mended. */
export class Rejected extends Error {
  override name = "Rejected";
  readonly reason: Rejection;

  /** @param detail A line for each thing that is wrong. */
  constructor(reason: Rejection, detail: string) {
    super(detail);
    this.reason = reason;
  }

  /** Whether another generator may put it right. */
  get repairable(): boolean {
    return REPAIRABLE.has(this.reason);
  }
}

const REPAIRABLE: ReadonlySet<Rejection> = new Set([
  "generator-fails",
  "inputs-refused",
  "too-few-inputs",
  "good-fail",
  "no-bad-rejected",
  "bad-accepted",
]);
