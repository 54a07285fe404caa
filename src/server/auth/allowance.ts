import type { Price } from "../../core/receipt.ts";
import { moneyOf } from "../../core/receipt.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { ApiError } from "../errors/api-error.ts";
import type { ApiKey } from "./keys-file.ts";

/** What a key spent on one UTC day. */
export interface Spending {
  tokens: number;
  money: number;
}

/** Where spending survives a restart. */
export interface SpendingStore {
  load(keyId: string, day: string): Spending;
  save(keyId: string, day: string, spending: Spending): void;
}

export interface Reservation {
  /** What the run may generate and cost at most; undefined: its key sets no limit. */
  tokens: number | undefined;
  money: number | undefined;
  /** Return the reservation and book what was used. Later calls do nothing. */
  settle(used: Pick<TokenUsage, "input" | "cachedInput" | "output">): void;
}

export interface Wanted {
  /** Most that the run can generate; undefined: unknown. */
  tokens: number | undefined;
  money: number | undefined;
  price: Price | undefined;
}

/** A run whose cost nobody bounded may take this share of what its key has left, so that others still fit. */
const UNBOUNDED_SHARE = 0.5;

const dayOf = (now: number) => new Date(now).toISOString().slice(0, 10);

function secondsToMidnight(now: number): number {
  return Math.ceil((Date.UTC(...utcDate(now)) + 86_400_000 - now) / 1000);
}

function utcDate(now: number): [number, number, number] {
  const date = new Date(now);
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
}

/**
 * Budgets of keys per UTC day. All a run can spend is set aside before it starts and handed to it as its own
 * budget, so that runs at the same time cannot overspend together.
 */
export class Allowances {
  readonly #store: SpendingStore;
  readonly #now: () => number;
  readonly #reserved = new Map<string, Spending>();

  constructor(store: SpendingStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** @throws ApiError 429 when nothing is left. */
  reserve(key: ApiKey | undefined, { tokens, money, price }: Wanted): Reservation {
    if (!key || (key.tokensPerDay === undefined && key.moneyPerDay === undefined)) {
      return { tokens: undefined, money: undefined, settle: () => {} };
    }
    if (key.moneyPerDay !== undefined && !price) {
      throw new ApiError(403, {
        message: "This key has a budget in money and the model has no price; ask for a model with one.",
        code: "model_without_price",
      });
    }
    const day = dayOf(this.#now());
    const mine = {
      tokens: this.#share(key, "tokens", key.tokensPerDay, tokens, day),
      money: this.#share(key, "money", key.moneyPerDay, money, day),
    };
    this.#hold(key.id, mine, 1);
    let open = true;
    const settle: Reservation["settle"] = (used) => {
      if (!open) return;
      open = false;
      this.#hold(key.id, mine, -1);
      const before = this.#store.load(key.id, day);
      const cost = price ? moneyOf(used, price) : 0;
      this.#store.save(key.id, day, { tokens: before.tokens + used.output, money: before.money + cost });
    };
    return { ...mine, settle };
  }

  #share(
    key: ApiKey,
    unit: keyof Spending,
    limit: number | undefined,
    wanted: number | undefined,
    day: string,
  ): number | undefined {
    if (limit === undefined) return wanted;
    const left = limit - this.#store.load(key.id, day)[unit] - (this.#reserved.get(key.id)?.[unit] ?? 0);
    const least = unit === "tokens" ? 1 : Number.EPSILON;
    if (left < least) throw exhausted(unit, this.#now());
    const share = wanted === undefined ? left * UNBOUNDED_SHARE : Math.min(left, wanted);
    return unit === "tokens" ? Math.max(1, Math.floor(share)) : share;
  }

  #hold(
    keyId: string,
    { tokens = 0, money = 0 }: { tokens?: number | undefined; money?: number | undefined },
    sign: 1 | -1,
  ): void {
    const held = this.#reserved.get(keyId) ?? { tokens: 0, money: 0 };
    this.#reserved.set(keyId, { tokens: held.tokens + sign * tokens, money: held.money + sign * money });
  }
}

export function exhausted(unit: keyof Spending, now = Date.now()): ApiError {
  return new ApiError(429, {
    message: `This key's budget of ${unit} for today is used up or reserved by its running requests.`,
    type: "insufficient_quota",
    code: "insufficient_quota",
    retryAfter: secondsToMidnight(now),
    retry: false,
  });
}

/** Spending that lasts as long as the process. */
export function memorySpending(): SpendingStore {
  const days = new Map<string, Spending>();
  return {
    load: (keyId, day) => days.get(`${day} ${keyId}`) ?? { tokens: 0, money: 0 },
    save: (keyId, day, spending) => {
      for (const old of days.keys()) if (!old.startsWith(day)) days.delete(old);
      days.set(`${day} ${keyId}`, spending);
    },
  };
}
