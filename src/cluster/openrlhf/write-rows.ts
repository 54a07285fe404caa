import { LineFile } from "../../data/line-file.ts";
import { InvalidOptionError } from "../../errors.ts";
import type { PromptRow } from "./prompt-rows.ts";

export interface RowsSummary {
  rows: number;
  bytes: number;
  /** Characters of the longest row's prompt. */
  longest: number;
  first: PromptRow | undefined;
}

/** Dense text has about four characters a token, mathematics about three: at four, nothing is refused that might fit. */
const MOST_CHARACTERS_A_TOKEN = 4;

/**
 * Count rows, and refuse what cannot be trained on.
 * @throws {InvalidOptionError} for a prompt that leaves no room for a response in `maxTokens`: vLLM refuses it, which
 * ends the run.
 */
export function* checkedRows(
  rows: Iterable<PromptRow>,
  maxTokens: number,
  summary: RowsSummary,
): Generator<string> {
  for (const row of rows) {
    const line = JSON.stringify(row);
    const length = row.input.reduce((sum, { content }) => sum + content.length, 0);
    if (length > maxTokens * MOST_CHARACTERS_A_TOKEN)
      throw new InvalidOptionError(
        "maxResponseTokens",
        `a prompt of ${length} characters (${row.label.slice(0, 60)}…) leaves no room in ${maxTokens} tokens; ` +
          "lower messagesMax, or leave the problem out of the pool.",
      );
    summary.first ??= row;
    summary.rows += 1;
    summary.bytes += Buffer.byteLength(line) + 1;
    summary.longest = Math.max(summary.longest, length);
    yield line;
  }
}

export const emptySummary = (): RowsSummary => ({ rows: 0, bytes: 0, longest: 0, first: undefined });

/** A data set's file, whole or not at all. */
export async function writeRows(
  path: string,
  rows: Iterable<PromptRow>,
  maxTokens: number,
): Promise<RowsSummary> {
  const summary = emptySummary();
  const file = await LineFile.create(path);
  try {
    for (const line of checkedRows(rows, maxTokens, summary)) await file.write(line);
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
  return summary;
}
