import { type MergeFigures, mergePool } from "../train/pool/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { PoolMergeFlags } from "./pool-flags.ts";
import { ProgressLine } from "./progress-line.ts";

/** `pacore pool merge` */
export async function poolMerge(
  out: string,
  shards: string[],
  { allowMissing = false, json, quiet }: PoolMergeFlags,
): Promise<ExitCode> {
  const progress = json || quiet ? undefined : new ProgressLine(process.stderr);
  let figures: MergeFigures;
  try {
    figures = await mergePool(shards, {
      out,
      allowMissing,
      onProgress: ({ problems }) => progress?.show(() => `${problems} problems`),
    });
  } finally {
    progress?.close();
  }
  const { incomplete, missing } = figures;
  if (json) process.stdout.write(`${JSON.stringify({ type: "summary", ...figures, pool: out })}\n`);
  else process.stdout.write(`${summaryLines(figures).join("\n")}\n${out}\n`);
  return incomplete > 0 || missing.length > 0 ? EXIT.incomplete : EXIT.answered;
}

function summaryLines({ problems, incomplete, repeated, missing }: MergeFigures): string[] {
  const lines = [`${problems} problems`];
  if (repeated > 0) lines.push(`${repeated} came more than once, the same each time`);
  if (missing.length > 0) lines.push(`without the problems of ${missing.join(", ")}`);
  if (incomplete > 0)
    lines.push(`${incomplete} are not complete in their shards; run those builds again, and merge again`);
  return lines;
}
