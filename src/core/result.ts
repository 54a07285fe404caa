import type { LanguageModelV4Content, LanguageModelV4FinishReason, SharedV4Warning } from "@ai-sdk/provider";
import type { Receipt } from "./receipt.ts";
import type { CompactMessage } from "./trajectory.ts";
import type { TokenUsage } from "./usage.ts";

/**
 * Where the answer came from.
 * - `synthesis`: the last round, as planned or brought forward
 * - `single`: one plain sample, for there was nothing to synthesise
 * - `message`: the most frequent conclusion, for the synthesis did not end in time
 */
export type AnswerSource = "synthesis" | "single" | "message";

export interface SolveResult {
  runId: string;
  /** The answer y: the compact message of the last round. Empty if it was cut off; see `finishReason`. */
  answer: CompactMessage;
  /** Everything the last call returned: reasoning, text, real tool calls, files. */
  content: LanguageModelV4Content[];
  finishReason: LanguageModelV4FinishReason;
  source: AnswerSource;
  /** The message set the answer was synthesised from, in the order of the prompt. */
  messages: CompactMessage[];
  /** Of the call that gave the answer; all zero if none did (`source` is `message`). */
  usage: TokenUsage;
  receipt: Receipt;
  warnings: SharedV4Warning[];
}
