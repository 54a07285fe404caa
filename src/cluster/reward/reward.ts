import type { RewardLabel } from "./label.ts";

/**
 * What became of a response.
 * - `scored`: the verifier told right from wrong, or how right
 * - `no-conclusion`: it ended by itself, inside its reasoning
 * - `cut-off`: the length limit ended it
 * - `unscored`: the verifier could not tell, because of what the response is
 * - `error`: the verifier could not tell, because of what is not the response's doing
 */
export const OUTCOMES = ["scored", "no-conclusion", "cut-off", "unscored", "error"] as const;
export type RewardOutcome = (typeof OUTCOMES)[number];

/** What a verifier made of a response: `value` where it could tell, 0 (wrong) to 1 (right). */
export interface Verdict {
  outcome: RewardOutcome;
  value?: number;
  /** What was taken as the answer. */
  answer?: string | null;
  explanation: string;
  /** Of the verifier alone. */
  verifyMs: number;
  /** Until its turn came. */
  waitMs: number;
}

/** R(ω) of one response, and why. */
export interface Reward extends Verdict {
  /** Absent where it could not be read. */
  label?: RewardLabel;
  /** From 0 to 1, or what the policy says. */
  reward: number;
  /** C(ω); null where there is no conclusion. */
  message: string | null;
  /** The response, reasoning included; prompt and response where they could not be told apart. */
  text?: string;
}
