import { PacoreError } from "../errors.ts";
import { abortable } from "./abort.ts";
import { moneyOf, type Price } from "./receipt.ts";
import type { TokenUsage } from "./usage.ts";

/** The budget does not even pay for one answer. Thrown before anything is paid. */
export class BudgetTooSmallError extends PacoreError {
  override name = "BudgetTooSmallError";
  constructor(needs: string) {
    super(`The budget does not cover one answer (${needs}); raise it, or lower maxOutputTokens.`);
  }
}

export interface BudgetOptions {
  /** Generated tokens. */
  tokens?: number | undefined;
  money?: number | undefined;
  price?: Price | undefined;
  /** The caller's own cap on one call. */
  maxOutputTokens?: number | undefined;
  /** Calls of the whole plan, the last one included. */
  plannedCalls: number;
}

/** Money and tokens set aside for one call, before it starts. */
export interface Reservation {
  /** What the call must pass on as maxOutputTokens; undefined: no cap. */
  cap: number | undefined;
  tokens: number;
  money: number;
}

/** A share of a small budget may not cap calls below this: rather fewer calls than useless ones. */
const LEAST_SHARE_TOKENS = 256;

/**
 * Two balances, tokens and money, out of which every call is reserved at its cap before it starts, and
 * settled at what it used. So calls in flight together cannot overspend, whatever they do within their caps.
 * The synthesis of the answer is held back from the start: exploring can never spend it.
 */
export class Budget {
  readonly #options: BudgetOptions;
  #spentTokens = 0;
  #spentMoney = 0;
  #reserved: Reservation = { cap: undefined, tokens: 0, money: 0 };
  #inFlight = 0;
  #started = 0;
  #hold: Reservation | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  get limited(): boolean {
    return this.#options.tokens !== undefined || this.#options.money !== undefined;
  }

  /** Set the last call's share aside. @throws {BudgetTooSmallError} */
  holdSynthesis(inputTokens: number): void {
    if (!this.limited) return;
    const hold = this.#price(this.#share(1 / this.#options.plannedCalls, inputTokens), inputTokens);
    if (!this.#affordable(hold)) {
      const { tokens = Number.POSITIVE_INFINITY, money } = this.#options;
      throw new BudgetTooSmallError(
        hold.tokens > tokens ? `${hold.tokens} tokens of ${tokens}` : `money ${hold.money} of ${money}`,
      );
    }
    this.#hold = hold;
  }

  /** The last call may have all that is left. */
  reserveSynthesis(inputTokens: number): Reservation | undefined {
    this.#hold = undefined;
    if (!this.limited) return this.#book({ cap: this.#options.maxOutputTokens, tokens: 0, money: 0 });
    const all = this.#price(this.#share(1, inputTokens), inputTokens);
    return this.#affordable(all) ? this.#book(all) : undefined;
  }

  /**
   * Reserve an exploring call; waits while calls in flight may still return part of their caps.
   * @returns undefined when what is left cannot pay for it.
   * @throws the signal's reason.
   */
  async reserve(inputTokens: number, signal: AbortSignal): Promise<Reservation | undefined> {
    if (!this.limited) return this.#book({ cap: this.#options.maxOutputTokens, tokens: 0, money: 0 });
    for (;;) {
      const callsLeft = Math.max(1, this.#options.plannedCalls - 1 - this.#started);
      const wanted = this.#price(this.#share(1 / callsLeft, inputTokens), inputTokens);
      if (this.#affordable(wanted) && this.#worthwhile(wanted)) return this.#book(wanted);
      if (this.#inFlight === 0) return undefined;
      await abortable(new Promise<void>((resolve) => this.#waiting.push(resolve)), signal);
    }
  }

  /** Return a reservation and book what was really used. */
  settle(reservation: Reservation, usage: TokenUsage): void {
    this.#inFlight--;
    this.#reserved.tokens -= reservation.tokens;
    this.#reserved.money -= reservation.money;
    this.spend(usage);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Book without a reservation: what an earlier life of the run has paid. */
  spend(usage: TokenUsage): void {
    this.#spentTokens += usage.output;
    if (this.#options.price) this.#spentMoney += moneyOf(usage, this.#options.price);
  }

  #left(): { tokens: number; money: number } {
    const { tokens = Number.POSITIVE_INFINITY, money = Number.POSITIVE_INFINITY } = this.#options;
    return {
      tokens: tokens - this.#spentTokens - this.#reserved.tokens - (this.#hold?.tokens ?? 0),
      money: money - this.#spentMoney - this.#reserved.money - (this.#hold?.money ?? 0),
    };
  }

  /** The cap of one call: the caller's, else its share of what is left. */
  #share(share: number, inputTokens: number): number {
    const { maxOutputTokens, price } = this.#options;
    if (maxOutputTokens !== undefined) return maxOutputTokens;
    const left = this.#left();
    const within = (part: number) => {
      if (!price?.outputPerMillion) return left.tokens * part;
      const output = (left.money * part * 1e6 - inputTokens * price.inputPerMillion) / price.outputPerMillion;
      return Math.min(left.tokens * part, output);
    };
    return Math.floor(Math.min(within(1), Math.max(within(share), LEAST_SHARE_TOKENS)));
  }

  #price(cap: number, inputTokens: number): Reservation {
    const { price } = this.#options;
    // Free output under a money budget alone: nothing to cap.
    const output = Number.isFinite(cap) ? cap : 0;
    const money = price ? moneyOf({ input: inputTokens, cachedInput: 0, output }, price) : 0;
    return { cap: Number.isFinite(cap) ? cap : undefined, tokens: output, money };
  }

  /** The scrap at the end of a budget is not worth an exploring call, unless the caller's cap is that small. */
  #worthwhile({ cap = Number.POSITIVE_INFINITY }: Reservation): boolean {
    return cap >= (this.#options.maxOutputTokens ?? LEAST_SHARE_TOKENS);
  }

  #affordable({ cap, tokens, money }: Reservation): boolean {
    const left = this.#left();
    // Sums of shares may miss the whole by a rounding error.
    return (cap ?? 1) >= 1 && tokens <= left.tokens && money <= left.money * (1 + 1e-9);
  }

  #book(reservation: Reservation): Reservation {
    this.#inFlight++;
    this.#started++;
    this.#reserved.tokens += reservation.tokens;
    this.#reserved.money += reservation.money;
    return reservation;
  }
}
