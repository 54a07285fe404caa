import type { LanguageModelV4Content, LanguageModelV4FinishReason } from "@ai-sdk/provider";
import type { TokenUsage } from "./usage.ts";

/** The conclusion alone, m = C(ω): what other trajectories get to read (§2.1, Eq. 2). */
export type CompactMessage = string;

/**
 * How a call ended.
 * - `finished`: by itself, with a conclusion
 * - `cut-off`: no conclusion (ended inside its reasoning, or empty)
 * - `failed`: the upstream failed
 * - `cancelled`: we stopped it (quorum, hedge, agreement, deadline, budget)
 */
export type Outcome = "finished" | "cut-off" | "failed" | "cancelled";

/** One complete sample ω: one call to a model, paid for, however it ended. */
export interface Trajectory {
  /** From 1; the last round is the synthesis of the answer. */
  round: number;
  /** Its place in the round, from 0. A retry or a hedge keeps the place and has the next attempt number. */
  index: number;
  attempt: number;
  outcome: Outcome;
  /** What the model generated: reasoning, text, tool calls, files. */
  content: LanguageModelV4Content[];
  /** C(ω), or null where there is no conclusion to pass on. */
  message: CompactMessage | null;
  finishReason: LanguageModelV4FinishReason;
  usage: TokenUsage;
  modelId: string;
  /** Epoch milliseconds. */
  startedAt: number;
  durationMs: number;
  /** Why it failed or was cancelled. */
  error?: string;
}

/** All text parts, joined. */
export function textOf(content: readonly LanguageModelV4Content[]): string {
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** All separated reasoning, joined. */
export function reasoningOf(content: readonly LanguageModelV4Content[]): string {
  return content.map((part) => (part.type === "reasoning" ? part.text : "")).join("");
}
