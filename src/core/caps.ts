import { moneyOf, type Price } from "./receipt.ts";
import type { TokenUsage } from "./usage.ts";

/** What all calls so far came to, those of unfinished work included. */
export interface Spent {
  calls: number;
  input: number;
  cachedInput: number;
  output: number;
}

export interface CapOptions {
  /** Generated tokens of the whole work, earlier lives included. */
  tokens?: number | undefined;
  money?: number | undefined;
  price?: Price | undefined;
  /** Cap of one call; without it a call is expected to cost what calls have cost so far. */
  maxOutputTokens?: number | undefined;
}

/** How much dearer than the average a call may turn out, when there is no cap on it. */
const CAUTION = 1.5;

/**
 * Caps of work that is made of many runs: an evaluation, a pool. A unit is started only if what it is expected to cost still fits beside all units in
 * flight; with a cap on each call that is a bound, else an estimate, and then {@link exhausted} stops the rest.
 */
export class Caps {
  readonly #options: CapOptions;
  readonly #spent: Spent;
  #reservedCalls = 0;

  constructor(options: CapOptions, spent: Spent) {
    this.#options = options;
    this.#spent = { ...spent };
  }

  get spent(): Readonly<Spent> {
    return this.#spent;
  }

  get money(): number | undefined {
    return this.#options.price && moneyOf(this.#spent, this.#options.price);
  }

  /** @returns false if so many calls do not fit any more. */
  reserve(calls: number): boolean {
    const wanted = this.#reservedCalls + calls;
    const { tokens = Number.POSITIVE_INFINITY, money = Number.POSITIVE_INFINITY } = this.#options;
    const { output, input } = this.#expected();
    const { price } = this.#options;
    const cost = price ? moneyOf({ input, cachedInput: 0, output }, price) : 0;
    const fits = this.#spent.output + wanted * output <= tokens && (this.money ?? 0) + wanted * cost <= money;
    if (fits && !this.exhausted) this.#reservedCalls = wanted;
    return fits && !this.exhausted;
  }

  /** Give a reservation back, when its unit is over. */
  settle(calls: number): void {
    this.#reservedCalls -= calls;
  }

  book({ input, cachedInput, output }: TokenUsage): void {
    this.#spent.calls++;
    this.#spent.input += input;
    this.#spent.cachedInput += cachedInput;
    this.#spent.output += output;
  }

  get exhausted(): boolean {
    const { tokens = Number.POSITIVE_INFINITY, money = Number.POSITIVE_INFINITY } = this.#options;
    return this.#spent.output >= tokens || (this.money ?? 0) >= money;
  }

  #expected(): { output: number; input: number } {
    const { calls, output, input } = this.#spent;
    const average = calls === 0 ? 0 : (CAUTION * output) / calls;
    return { output: this.#options.maxOutputTokens ?? average, input: calls === 0 ? 0 : input / calls };
  }
}
