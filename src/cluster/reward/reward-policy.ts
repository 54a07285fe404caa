import { BoundedMap } from "./bounded-map.ts";
import type { RewardLabel } from "./label.ts";
import type { Verdict } from "./reward.ts";

/** What is paid where the verifier does not say: an engine's answer cannot be left out. */
export interface PolicyOptions {
  /** For a response that the length limit ended. `scored`: what its conclusion is worth, if it has one. Default: 0. */
  cutOffReward?: number | "scored" | undefined;
  /** For what the verifier cannot decide because of what was written. More than 0 can be learnt to be earned. Default: 0. */
  unscoredReward?: number | undefined;
  /**
   * For a failure that is not the response's doing. `mean`: what responses to the same instance got so far, else those of
   * its domain. The failure is independent of the action, so the score-function identity makes its expected gradient 0,
   * as if it were left out; and the critic keeps its target. Default: `mean`.
   */
  errorReward?: number | "mean" | undefined;
}

/** Instances whose mean is known: an iteration has 16, and steps overlap. */
const INSTANCES = 8192;
const DOMAINS = 256;

interface Mean {
  sum: number;
  count: number;
}

/** Rewards of verdicts. It remembers the means of those that were scored. */
export class RewardPolicy {
  readonly cutOffReward: number | "scored";
  readonly #unscored: number;
  readonly #error: number | "mean";
  readonly #byInstance = new BoundedMap<string, Mean>(INSTANCES);
  readonly #byDomain = new BoundedMap<string, Mean>(DOMAINS);
  readonly #all: Mean = { sum: 0, count: 0 };

  constructor({ cutOffReward = 0, unscoredReward = 0, errorReward = "mean" }: PolicyOptions = {}) {
    this.cutOffReward = cutOffReward;
    this.#unscored = unscoredReward;
    this.#error = errorReward;
  }

  /** The reward of a verdict. `label` is absent where it could not be read. */
  pay({ outcome, value }: Verdict, label?: RewardLabel): number {
    switch (outcome) {
      case "unscored":
        return this.#unscored;
      case "error":
        return this.#error === "mean" ? this.#expected(label) : this.#error;
      case "cut-off":
        return this.#learn(typeof this.cutOffReward === "number" ? this.cutOffReward : 0, label);
      case "no-conclusion":
        return this.#learn(0, label);
      case "scored":
        return this.#learn(value ?? 0, label);
      default:
        return outcome satisfies never;
    }
  }

  #learn(reward: number, label: RewardLabel | undefined): number {
    const means = label ? [this.#of(this.#byInstance, label.id), this.#of(this.#byDomain, label.domain)] : [];
    for (const mean of [...means, this.#all]) {
      mean.sum += reward;
      mean.count++;
    }
    return reward;
  }

  #of(means: BoundedMap<string, Mean>, name: string): Mean {
    const known = means.get(name);
    if (known) return known;
    const begun = { sum: 0, count: 0 };
    means.set(name, begun);
    return begun;
  }

  #expected(label: RewardLabel | undefined): number {
    const means = [
      label && this.#byInstance.get(label.id),
      label && this.#byDomain.get(label.domain),
      this.#all,
    ];
    const known = means.find((mean) => mean !== undefined && mean.count > 0);
    return known ? known.sum / known.count : 0;
  }
}
