import type { PoolEntry } from "./pool/pool-entry.ts";
import { accuracyIssue } from "./pool/stage-1.ts";
import type { Recipe } from "./recipe.ts";

export { messageAccuracy } from "./pool/message-accuracy.ts";
export { keepForStage2 } from "./pool/stage-2.ts";

/** Stage 1: seldom right, but not never; at or above the limit, voting would do (§3.1). */
export function keepForStage1(
  entry: PoolEntry,
  {
    stage1Above,
    stage1Below,
    stage1BelowCode,
  }: Pick<Recipe, "stage1Above" | "stage1Below" | "stage1BelowCode">,
): boolean {
  const bounds = { above: stage1Above, below: stage1Below, belowCode: stage1BelowCode };
  return accuracyIssue(entry, bounds) === undefined;
}
