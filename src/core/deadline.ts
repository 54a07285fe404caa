/** Kept for the synthesis before any trajectory has shown how long one takes. */
const FIRST_GUESS = 0.3;
/** The synthesis reads K messages: allow it somewhat more than a usual trajectory. */
const SYNTHESIS_FACTOR = 1.25;
const LEAST_SHARE = 0.1;
const MOST_SHARE = 0.5;

/**
 * When exploring must stop so that the synthesis still ends in time. The synthesis gets what trajectories of
 * this run were seen to take, within a tenth and a half of the whole time.
 */
export class Deadline {
  readonly #startedAt: number;
  readonly #deadlineMs: number | undefined;
  readonly #durations: number[] = [];

  constructor(deadlineMs: number | undefined, now: number = Date.now()) {
    this.#deadlineMs = deadlineMs;
    this.#startedAt = now;
  }

  /** A trajectory has finished after `ms`. */
  observe(ms: number): void {
    this.#durations.push(ms);
  }

  /** Milliseconds left until exploring must stop; Infinity without a deadline. */
  exploringLeftMs(now: number = Date.now()): number {
    if (this.#deadlineMs === undefined) return Number.POSITIVE_INFINITY;
    const typical = this.typicalMs();
    const guess = typical === undefined ? FIRST_GUESS * this.#deadlineMs : SYNTHESIS_FACTOR * typical;
    const least = LEAST_SHARE * this.#deadlineMs;
    const reserve = Math.min(Math.max(guess, least), MOST_SHARE * this.#deadlineMs);
    return this.leftMs(now) - reserve;
  }

  /** Milliseconds left in all; Infinity without a deadline. */
  leftMs(now: number = Date.now()): number {
    return this.#deadlineMs === undefined
      ? Number.POSITIVE_INFINITY
      : this.#startedAt + this.#deadlineMs - now;
  }

  /** The median of the trajectories seen. */
  typicalMs(): number | undefined {
    return median(this.#durations);
  }
}

export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
