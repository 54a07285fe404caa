import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Widths } from "./effort.ts";
import type { RoundReceipt } from "./receipt.ts";
import type { SolveResult } from "./result.ts";
import type { CompactMessage, Trajectory } from "./trajectory.ts";

/** Why fewer trajectories ran than were planned. */
export type StopReason = "quorum" | "agreement" | "deadline" | "budget";

/** Everything a run tells while it goes. Rounds count from 1, places in a round from 0. */
export type CoordinationEvent =
  | { type: "run-start"; runId: string; modelId: string; widths: Widths; seed: number; resumed: boolean }
  | {
      type: "round-start";
      round: number;
      width: number;
      final: boolean;
      messages: number;
      promptTokens: number;
    }
  | { type: "trajectory-start"; round: number; index: number; attempt: number; hedge: boolean }
  /** Tokens generated so far; only with `progressIntervalMs`. */
  | { type: "trajectory-progress"; round: number; index: number; attempt: number; tokens: number }
  /** A part of the last round's stream; only with `stream`. A later attempt starts over. */
  | {
      type: "trajectory-delta";
      round: number;
      index: number;
      attempt: number;
      part: LanguageModelV4StreamPart;
    }
  /** A call ended; it is in the journal already. `replayed`: it is from there. */
  | { type: "trajectory-end"; trajectory: Trajectory; replayed: boolean }
  | {
      type: "trajectory-retry";
      round: number;
      index: number;
      attempt: number;
      reason: string;
      delayMs: number;
    }
  /** A place of the round stays empty: its limit of retries is used up. */
  | { type: "trajectory-lost"; round: number; index: number; reason: string }
  /** Messages were made to fit the context window. */
  | {
      type: "messages-fitted";
      round: number;
      policy: string;
      trimmed: number;
      dropped: number;
      tokens: number;
    }
  /** The rest of the round (and, but for a quorum, all further exploring) is left out. */
  | { type: "exploration-stopped"; round: number; reason: StopReason; detail: string }
  | { type: "round-end"; round: number; messages: CompactMessage[]; agreement: number; receipt: RoundReceipt }
  | { type: "finish"; result: SolveResult };
