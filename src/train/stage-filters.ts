import type { PoolEntry } from "./pool/pool-entry.ts";
import type { Recipe } from "./recipe.ts";
import type { SynthesisScore } from "./synthesis-accuracy.ts";

/** Mean of the scored messages; null without any. */
export function messageAccuracy({ messages }: PoolEntry): number | null {
  const scores = messages.map(({ score }) => score).filter((score) => score !== null);
  return scores.length > 0 ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null;
}

/** Stage 1: seldom right, but not never; at or above the limit, voting would do (§3.1). */
export function keepForStage1(
  entry: PoolEntry,
  {
    stage1Above,
    stage1Below,
    stage1BelowCode,
  }: Pick<Recipe, "stage1Above" | "stage1Below" | "stage1BelowCode">,
): boolean {
  const accuracy = messageAccuracy(entry);
  const below = entry.problem.kind === "code" ? stage1BelowCode : stage1Below;
  return accuracy !== null && accuracy > stage1Above && accuracy < below;
}

/** Stage 2: syntheses are neither never nor always right (§3.1). */
export function keepForStage2(entries: readonly PoolEntry[], scores: readonly SynthesisScore[]): PoolEntry[] {
  const kept = new Set(
    scores.flatMap(({ id, synthesisAccuracy: a }) => (a !== null && a > 0 && a < 1 ? [id] : [])),
  );
  return entries.filter(({ problem }) => kept.has(problem.id));
}
