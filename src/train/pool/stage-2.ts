import { z } from "zod";
import { issueOf } from "../../data/problem.ts";
import { readJsonl } from "../../data/read-jsonl.ts";
import { isRejected, type Rejected } from "../../data/rows.ts";
import type { SynthesisScore } from "../synthesis-accuracy.ts";
import type { Check, Drop } from "./drop.ts";
import type { PoolEntry } from "./pool-entry.ts";

const scoreSchema = z.object({
  /** The problem's. */
  id: z.string().min(1),
  synthesisAccuracy: z.number().min(0).max(1).nullable(),
  samples: z.int().nonnegative(),
});

/**
 * Synthesis accuracies by problem, from JSON lines; a bad line is told and the rest goes on. A later line of the same
 * problem takes the place of an earlier one.
 */
export async function readSynthesisScores(
  path: string,
  { onRejected }: { onRejected?: (rejected: Rejected) => void } = {},
): Promise<Map<string, SynthesisScore>> {
  const scores = new Map<string, SynthesisScore>();
  for await (const row of readJsonl(path)) {
    if (isRejected(row)) {
      onRejected?.(row);
      continue;
    }
    const parsed = scoreSchema.safeParse(row.value);
    if (parsed.success) scores.set(parsed.data.id, parsed.data);
    else onRejected?.({ file: row.file, line: row.line, reason: issueOf(parsed.error) });
  }
  return scores;
}

/** What a problem of stage 2 must be (§3.1): its synthesis right at times, and not always. */
export function stage2Check(scores: ReadonlyMap<string, SynthesisScore>): Check {
  return ({ problem }) => stage2Issue(scores.get(problem.id));
}

function stage2Issue(score: SynthesisScore | undefined): Drop | undefined {
  if (!score) return { reason: "no-synthesis-score", detail: "it was not measured" };
  const { synthesisAccuracy, samples } = score;
  if (synthesisAccuracy === null) return { reason: "no-synthesis-score", detail: "no synthesis was scored" };
  const detail = `synthesis accuracy ${synthesisAccuracy.toFixed(3)} of ${samples} samples`;
  if (synthesisAccuracy <= 0) return { reason: "synthesis-never-right", detail };
  return synthesisAccuracy < 1 ? undefined : { reason: "synthesis-always-right", detail };
}

/** The entries of stage 2 among those of stage 1, in their order. */
export function keepForStage2(entries: readonly PoolEntry[], scores: Iterable<SynthesisScore>): PoolEntry[] {
  const byId = new Map(Array.from(scores, (score) => [score.id, score]));
  return entries.filter(({ problem }) => stage2Issue(byId.get(problem.id)) === undefined);
}
