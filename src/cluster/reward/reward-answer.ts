import { floatJson, floatsJson } from "./float-json.ts";
import type { Reward } from "./reward.ts";

/** Figures that an engine logs beside the reward: the same keys for every sample, whatever its kind. */
export interface ExtraLogs {
  /** 1: right; a program passed all its tests. */
  acc: number;
  /** |M|, as the label says. */
  messages: number;
  /** 1: the length limit ended it. */
  cut_off: number;
  /** 1: it ended by itself, inside its reasoning. */
  no_conclusion: number;
  /** 1: what was written cannot be decided. */
  unscored: number;
  /** 1: the verifier failed, or the label; the reward is the policy's. */
  verifier_error: number;
  /** What an instance of wrong messages alone got, and 1 for such an instance: their means' ratio is emergent correctness. */
  emergent: number;
  emergent_case: number;
  /** Of the compact message, in characters: M has to fit the next prompt. */
  conclusion_chars: number;
  /** Time of the verifier. */
  verify_ms: number;
}

export function extraLogs({ outcome, value, label, message, verifyMs }: Reward): ExtraLogs {
  const wrongAlone = label !== undefined && label.messages > 0 && label.right === 0;
  return {
    acc: Number(value === 1),
    messages: label?.messages ?? 0,
    cut_off: Number(outcome === "cut-off"),
    no_conclusion: Number(outcome === "no-conclusion"),
    unscored: Number(outcome === "unscored"),
    verifier_error: Number(outcome === "error"),
    emergent: wrongAlone ? (value ?? 0) : 0,
    emergent_case: Number(wrongAlone && outcome !== "unscored" && outcome !== "error"),
    conclusion_chars: message?.length ?? 0,
    verify_ms: Math.round(verifyMs * 1000) / 1000,
  };
}

/** What is kept of a reward to answer its post again. */
export interface PaidReward {
  reward: number;
  logs: ExtraLogs;
}

export const paidReward = (reward: Reward): PaidReward => ({
  reward: reward.reward,
  logs: extraLogs(reward),
});

/**
 * The answer to a post as JSON, all numbers floats: bare ones for a single sample, as OpenRLHF reads them; lists for
 * several; empty lists for the posts that a second reward URL receives.
 */
export function answerJson(paid: readonly PaidReward[]): string {
  const [only, second] = paid;
  if (only && !second) {
    const reward = floatJson(only.reward);
    return `{"rewards":${reward},"scores":${reward},"extra_logs":${floatsJson({ ...only.logs })}}`;
  }
  const rewards = list(paid.map(({ reward }) => reward));
  const names = Object.keys(only?.logs ?? {}) as (keyof ExtraLogs)[];
  const logs = names.map((name) => `"${name}":${list(paid.map((one) => one.logs[name]))}`);
  return `{"rewards":${rewards},"scores":${rewards},"extra_logs":{${logs.join(",")}}}`;
}

const list = (values: readonly number[]): string => `[${values.map(floatJson).join(",")}]`;
