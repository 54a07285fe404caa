import type { Decontamination } from "./decontamination.ts";
import type { Check, Drop } from "./drop.ts";
import { boundFor, MAX_MESSAGE_ACCURACY, messageAccuracy } from "./message-accuracy.ts";
import type { PoolEntry } from "./pool-entry.ts";
import { QUALITY_CHECKS, type QualityCheck, qualityIssue } from "./quality.ts";

export interface Stage1Options {
  /** Mean message accuracy must be below, code aside. */
  below?: number;
  belowCode?: number;
  /** Mean message accuracy must be above. */
  above?: number;
  minMessages?: number;
  quality?: readonly QualityCheck[];
  decontamination?: Decontamination | undefined;
  /** Asked last, for it costs: {@link qualityJudge}. */
  judge?: Check | undefined;
}

/**
 * What a problem of stage 1 must be (§3.1, Appendix C): fit for training, in no evaluation set, and neither hopeless
 * nor so easy that a majority vote would do: above 0 and below 9/24 of its messages right, 15/24 for code.
 */
export function stage1Checks({
  below = MAX_MESSAGE_ACCURACY.math,
  belowCode = MAX_MESSAGE_ACCURACY.code,
  above = 0,
  minMessages = 1,
  quality = QUALITY_CHECKS,
  decontamination,
  judge,
}: Stage1Options = {}): Check[] {
  const asked = new Set(quality);
  return [
    // What needs no text first: most problems of a pool fail here.
    (entry) => accuracyIssue(entry, { below, belowCode, above, minMessages }),
    ({ problem }) => qualityIssue(problem, asked),
    ...(decontamination ? [({ problem }: PoolEntry) => decontamination.check(problem)] : []),
    ...(judge ? [judge] : []),
  ];
}

type Bounds = Required<Pick<Stage1Options, "below" | "belowCode" | "above">> &
  Pick<Stage1Options, "minMessages">;

/** Whether voting over an entry's messages would never do, or always. */
export function accuracyIssue(entry: PoolEntry, bounds: Bounds): Drop | undefined {
  const { problem, messages } = entry;
  const { above, minMessages = 1 } = bounds;
  if (messages.length < minMessages)
    return { reason: "too-few-messages", detail: `${messages.length} messages` };
  const accuracy = messageAccuracy(entry);
  if (accuracy === null) return { reason: "unscored", detail: `none of ${messages.length} messages` };
  const detail = `message accuracy ${accuracy.toFixed(3)}`;
  if (accuracy <= above) return { reason: "never-right", detail };
  return accuracy < boundFor(problem.kind, bounds) ? undefined : { reason: "too-often-right", detail };
}
