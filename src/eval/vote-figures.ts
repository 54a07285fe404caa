import { moneyOf, type Price } from "../core/receipt.ts";
import { CostSum } from "./cost-sum.ts";
import { type MethodFigures, quantiles } from "./method-figures.ts";
import { clustered, mean } from "./metrics/clustered.ts";
import { type Samples, voteCurve, voteLatency } from "./problem-figures.ts";
import type { Trial } from "./trial.ts";

/** A majority vote over plain samples: counted over all draws of K, not over the repetitions that happen to be. */
export class VoteCollector {
  readonly #key: string;
  readonly #count: number;
  readonly #values: number[][] = [];
  readonly #ttc: number[][] = [];
  readonly #latencies: number[] = [];
  readonly #cost = new CostSum();
  #unscored = 0;
  #failed = 0;

  constructor(key: string, count: number) {
    this.#key = key;
    this.#count = count;
  }

  add(samples: Samples, trials: readonly Trial[]): number | undefined {
    for (const { cost } of trials) this.#cost.add(cost);
    if (samples.count < this.#count) {
      this.#failed++;
      return undefined;
    }
    this.#ttc.push([this.#count * mean(trials.map(({ cost }) => cost.output))]);
    this.#latencies.push(voteLatency(samples, this.#count));
    const value = voteCurve(samples, this.#count)[this.#count - 1];
    if (value === undefined) this.#unscored++;
    else this.#values.push([value]);
    return value;
  }

  figures({
    price,
    singleTokens,
  }: {
    price: Price | undefined;
    singleTokens: number | undefined;
  }): MethodFigures {
    const cost = this.#cost;
    const ttc = clustered(this.#ttc);
    const each = (amount: number) => (this.#count * amount) / Math.max(1, cost.calls);
    return {
      key: this.#key,
      accuracy: clustered(this.#values),
      trials: this.#values.length + this.#unscored,
      unscored: this.#unscored,
      failed: this.#failed,
      ttc,
      inputTokens: each(cost.input),
      ...(price && { money: each(moneyOf(cost, price)) }),
      ...(singleTokens && { costRatio: ttc.mean / singleTokens }),
      wasted: 0,
      cutOffCalls: cost.cutOffRate,
      cutOffAnswers: 0,
      latencyMs: quantiles(this.#latencies),
    };
  }
}
