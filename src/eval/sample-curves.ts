import { clustered, type Estimate } from "./metrics/clustered.ts";
import { passCurve, type Samples, voteCurve } from "./problem-figures.ts";
import type { Trial } from "./trial.ts";

export interface CurvePoint {
  k: number;
  passAtK: Estimate | undefined;
  vote: Estimate | undefined;
  /** Tokens of K samples. */
  ttc: number;
}

/** pass@k and votes of plain samples for several K. */
export class CurveCollector {
  readonly #ks: readonly number[];
  readonly #pass: number[][] = [];
  readonly #vote: number[][] = [];
  #output = 0;
  #samples = 0;

  constructor(ks: readonly number[]) {
    this.#ks = ks;
    for (const _ of ks) {
      this.#pass.push([]);
      this.#vote.push([]);
    }
  }

  add(samples: Samples, trials: readonly Trial[]): void {
    for (const { cost } of trials) this.#output += cost.output;
    this.#samples += trials.length;
    if (samples.scored === 0) return;
    const vote = voteCurve(samples, this.#ks.at(-1));
    for (const [i, value] of passCurve(samples, this.#ks).entries()) {
      if (value !== undefined) this.#pass[i]?.push(value);
      const voted = vote[(this.#ks[i] as number) - 1];
      if (voted !== undefined) this.#vote[i]?.push(voted);
    }
  }

  get tokensEach(): number | undefined {
    return this.#samples > 0 ? this.#output / this.#samples : undefined;
  }

  points(): CurvePoint[] {
    const of = (values: number[] = []) =>
      values.length > 0 ? clustered(values.map((value) => [value])) : undefined;
    return this.#ks.map((k, i) => ({
      k,
      passAtK: of(this.#pass[i]),
      vote: of(this.#vote[i]),
      ttc: k * (this.tokensEach ?? 0),
    }));
  }
}
