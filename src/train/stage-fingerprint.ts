import { createHash } from "node:crypto";
import { formatPoolEntry, type PoolEntry } from "./pool/pool-entry.ts";
import type { Recipe } from "./recipe.ts";

/** What a stage must be gone on with: its recipe, and the problems and messages it trains on. */
export function stageFingerprint(recipe: Recipe, entries: readonly PoolEntry[]): string {
  const hash = createHash("sha256");
  for (const entry of entries) hash.update(`${formatPoolEntry(entry)}\n`);
  return `${JSON.stringify(recipe)} ${hash.digest("hex")}`;
}
