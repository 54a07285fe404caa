import type { ProblemKind } from "../../data/problem.ts";
import type { PoolEntry } from "./pool-entry.ts";

/** Mean message accuracy at or above which a majority vote would do (§3.1). */
export const MAX_MESSAGE_ACCURACY = { math: 9 / 24, code: 15 / 24 } as const;

/** The bound of a kind: that of mathematics for everything but code. */
export const boundFor = (
  kind: ProblemKind,
  { below, belowCode }: { below: number; belowCode: number },
): number => (kind === "code" ? belowCode : below);

/** Mean score of the scored messages; null without any. Unscored is not wrong. */
export function messageAccuracy({ messages }: Pick<PoolEntry, "messages">): number | null {
  let [sum, count] = [0, 0];
  for (const { score } of messages) {
    if (score === null) continue;
    sum += score;
    count++;
  }
  return count > 0 ? sum / count : null;
}
