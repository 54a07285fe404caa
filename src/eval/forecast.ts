import type { Widths } from "../core/effort.ts";
import { mean } from "./metrics/clustered.ts";
import { binomial, hypergeometric } from "./metrics/combinatorics.ts";

/** One synthesis as a forecast needs it: how many messages it read, what share was right, what it came to. */
export interface Observation {
  read: number;
  rightShare: number;
  value: number;
}

/** Plain samples of one problem. */
export interface Odds {
  samples: number;
  right: number;
}

export interface Forecast {
  accuracy: number;
  /** A round reads more or fewer messages than any synthesis that was run. */
  extrapolated: boolean;
}

const BINS = 8;

/**
 * Forecasts the accuracy of widths that were not run, from plain samples and from syntheses that were.
 *
 * How many of K₁ messages are right is exact, by counting. What a synthesis makes of K messages of which a share
 * q is right is read off the syntheses that were run: the mean at that q, linear between, and linear in log K
 * between the numbers of messages that were run. The assumption is that K and q decide alone: problems that are
 * hard to synthesise for other reasons, and messages that are partly right, are not seen. So compare the
 * forecast of widths that were run with what they gave before believing the others.
 */
export class Forecaster {
  readonly #responses: { read: number; at: (share: number) => number }[];

  constructor(observations: readonly Observation[]) {
    const byRead = [...Map.groupBy(observations, ({ read }) => read)].sort(([a], [b]) => a - b);
    this.#responses = byRead.map(([read, seen]) => ({ read, at: responseOf(seen) }));
  }

  /** Whether there is anything to forecast from. */
  get usable(): boolean {
    return this.#responses.length > 0;
  }

  forecast(widths: Widths, problems: readonly Odds[]): Forecast {
    const range = this.#responses.map(({ read }) => read);
    const extrapolated = widths.some((k) => k < Math.min(...range) || k > Math.max(...range));
    const known = problems.filter(({ samples }) => samples > 0);
    return { accuracy: mean(known.map((odds) => this.#problem(widths, odds))), extrapolated };
  }

  #problem([first = 1, ...rest]: Widths, { samples, right }: Odds): number {
    // More messages than samples: as if drawn anew.
    const counts =
      first <= samples ? hypergeometric(samples, right, first) : binomial(first, right / samples);
    return this.#afterRound(first, counts, rest);
  }

  /** A round whose number of right messages is distributed so; its readers share one message set. */
  #afterRound(width: number, counts: readonly number[], [next, ...rest]: Widths): number {
    return counts.reduce((sum, probability, right) => {
      if (probability === 0) return sum;
      const accuracy = this.#respond(width, right / width);
      const value = next === undefined ? accuracy : this.#afterRound(next, binomial(next, accuracy), rest);
      return sum + probability * value;
    }, 0);
  }

  #respond(width: number, share: number): number {
    const above = this.#responses.find(({ read }) => read >= width);
    const below = this.#responses.findLast(({ read }) => read <= width);
    if (!above || !below) return (above ?? below)?.at(share) ?? 0;
    if (above.read === below.read) return above.at(share);
    const weight = Math.log(width / below.read) / Math.log(above.read / below.read);
    return (1 - weight) * below.at(share) + weight * above.at(share);
  }
}

/** Mean value by the share of right messages; linear between bins, level beyond the outer ones. */
function responseOf(seen: readonly Observation[]): (share: number) => number {
  const bins = [...Map.groupBy(seen, ({ rightShare }) => Math.round(rightShare * BINS)).values()]
    .map((bin) => ({ x: mean(bin.map((one) => one.rightShare)), y: mean(bin.map((one) => one.value)) }))
    .sort((a, b) => a.x - b.x);
  return (share) => {
    const right = bins.findIndex(({ x }) => x >= share);
    const [low, high] = [bins[right - 1], bins[right]];
    if (!high) return bins.at(-1)?.y ?? 0;
    if (!low) return high.y;
    return low.y + ((share - low.x) / (high.x - low.x)) * (high.y - low.y);
  };
}
