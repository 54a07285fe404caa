import type { Trajectory } from "./trajectory.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "./usage.ts";

/** Money per million tokens, in any one currency. */
export interface Price {
  inputPerMillion: number;
  outputPerMillion: number;
  /** Defaults to the price of other input. */
  cachedInputPerMillion?: number;
}

/** What some calls cost: of one round, or of all. */
export interface Cost {
  /** Calls that ended with a conclusion, whether or not it was used. */
  finished: number;
  failed: number;
  cutOff: number;
  cancelled: number;
  /** Calls after the first for the same place: retries and hedges. */
  retries: number;
  /** Calls answered from the journal; they are in all the other figures too. */
  replayed: number;
  tokens: TokenUsage & {
    /** Generated but of no use: cut off, failed, cancelled, or not passed on. */
    wasted: number;
  };
  /** Effective test-time compute: all generated tokens (§2.1). */
  ttc: number;
  wallMs: number;
  /** In the currency of the price; absent without one. */
  money?: number;
}

export interface RoundReceipt extends Cost {
  round: number;
  /** K as planned. */
  width: number;
  /** Messages that the round passed on. */
  effectiveWidth: number;
  /** What a reader of the result must know: failures, trims, early stops. */
  notes: string[];
}

export interface Receipt extends Cost {
  rounds: RoundReceipt[];
  /** Generated tokens (money where a price is known) over those of one average single sample. */
  costRatio?: number;
  notes: string[];
}

/** @returns Money for the tokens, in the price's currency. */
export function moneyOf(tokens: Pick<TokenUsage, "input" | "cachedInput" | "output">, price: Price): number {
  const cached = Math.min(tokens.cachedInput, tokens.input);
  const cachedPrice = price.cachedInputPerMillion ?? price.inputPerMillion;
  const fresh = tokens.input - cached;
  return (
    (fresh * price.inputPerMillion + cached * cachedPrice + tokens.output * price.outputPerMillion) / 1e6
  );
}

interface Costed extends Pick<Trajectory, "round" | "attempt" | "outcome" | "usage"> {}

interface CostOptions<T extends Costed> {
  used: ReadonlySet<T>;
  replayed: ReadonlySet<T>;
  price: Price | undefined;
  wallMs: number;
}

/** Add up the calls of a round, or of a run. */
export function costOf<T extends Costed>(
  calls: readonly T[],
  { used, replayed, price, wallMs }: CostOptions<T>,
): Cost {
  const count = (outcome: Trajectory["outcome"]) => calls.filter((call) => call.outcome === outcome).length;
  const tokens = calls.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE);
  const wasted = calls.reduce((sum, call) => sum + (used.has(call) ? 0 : call.usage.output), 0);
  return {
    finished: count("finished"),
    failed: count("failed"),
    cutOff: count("cut-off"),
    cancelled: count("cancelled"),
    retries: calls.filter(({ attempt }) => attempt > 0).length,
    replayed: calls.filter((call) => replayed.has(call)).length,
    tokens: { ...tokens, wasted },
    ttc: tokens.output,
    wallMs,
    ...(price && { money: moneyOf(tokens, price) }),
  };
}

/** Cost of the whole over that of an average plain sample: the first round's calls are such. */
export function costRatioOf(calls: readonly Costed[], price: Price | undefined): number | undefined {
  const costs = (of: readonly Costed[]) =>
    of.reduce((sum, { usage }) => sum + (price ? moneyOf(usage, price) : usage.output), 0);
  const singles = calls.filter(({ round, outcome }) => round === 1 && outcome === "finished");
  const single = costs(singles) / singles.length;
  return single > 0 ? costs(calls) / single : undefined;
}
