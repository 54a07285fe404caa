import { existsSync } from "node:fs";
import { z } from "zod";
import { issueOf } from "../../data/problem.ts";
import { readJsonl } from "../../data/read-jsonl.ts";
import { isRejected, type Rejected } from "../../data/rows.ts";
import type { RewardLine } from "./reward-log.ts";

const text = z.string().optional();
const lineSchema = z.looseObject({
  at: z.number(),
  id: text,
  problem: text,
  domain: text,
  kind: text,
  messages: z.number().optional(),
  right: z.number().optional(),
  reward: z.number(),
  outcome: z.string(),
  verifyMs: z.number(),
  waitMs: z.number(),
  chars: z.number(),
  conclusion: text,
  tail: text,
  answer: text,
  text,
  explanation: z.string(),
});

/**
 * The lines of a reward log, those of FILE.1 first, one in memory at a time. A line that a crash tore is told and left
 * out.
 */
export async function* readRewardLog(
  path: string,
  onRejected: (rejected: Rejected) => void = () => {},
): AsyncGenerator<RewardLine> {
  for (const file of [`${path}.1`, path]) {
    if (file !== path && !existsSync(file)) continue;
    for await (const row of readJsonl(file)) {
      const parsed = isRejected(row) ? undefined : lineSchema.safeParse(row.value);
      if (parsed?.success) yield parsed.data as RewardLine;
      else {
        const reason = isRejected(row)
          ? row.reason
          : `is no reward (${issueOf(parsed?.error as z.ZodError)})`;
        onRejected({ file, line: row.line, reason });
      }
    }
  }
}
