import { compact } from "../core/compact.ts";
import { type Random, seededRandom, seedFor, shuffle } from "../core/random.ts";
import type { Problem } from "../data/problem.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkPools, drawInstance, type Instance, type MessageRange, withMessages } from "./instance.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";

/** A response as an engine sampled it. */
export interface Response {
  /** Reasoning included. */
  text: string;
  /** It met the length limit instead of ending by itself. */
  cutOff: boolean;
}

/** What became of a response: its compact message, and its reward. */
export interface Outcome {
  /** C(ω); null where there is no conclusion. */
  message: string | null;
  /** R(ω) ∈ [0, 1]; null: the verifier could not tell, which is not wrong. */
  reward: number | null;
}

/** Says how right a conclusion is: 0 … 1, null where it cannot tell. */
export type ScoreMessage = (problem: Problem, message: string) => Promise<number | null>;

/** What is known of a domain beyond right and wrong. All figures are of one response; absent: nothing to measure. */
export interface DomainMeasure {
  /** 1: it made no use of its references where that can be seen; 0: it did. */
  solipsism?: number;
  /** Signs that references were compared, 0 … 1. */
  crossChecking?: number;
}

export interface EnvironmentOptions extends MessageRange {
  entries: readonly PoolEntry[];
  instances: number;
  /** How many of them have no references. */
  soloInstances?: number;
  seed: number;
  cutOffReward: number | "scored";
  score: ScoreMessage;
  measure?: (instance: Instance, text: string) => DomainMeasure;
  /** Share of a problem's work that any of several samples has done, where a domain can tell. */
  coverage?: (problem: Problem, texts: readonly string[]) => number;
}

/**
 * The synthesis step as a reinforcement-learning environment (§2.2): a state P(x, M), one action ω, and a reward for its
 * conclusion alone. Draws follow from the seed and the iteration, not from what was drawn before, so that a run
 * resumes anywhere.
 */
export class SynthesisEnvironment {
  readonly options: EnvironmentOptions;
  readonly #scores = new Map<string, Promise<number | null>>();

  constructor(options: EnvironmentOptions) {
    this.options = options;
    if (options.entries.length === 0)
      throw new InvalidOptionError(
        "pool",
        "no problem is left to train on; loosen the filter or build a larger pool.",
      );
    // Now, and not in the iteration that first draws one.
    checkPools(options.entries, options);
  }

  /** The batch's instances: problems without replacement as long as there are enough, each with its own M. */
  draw(iteration: number): Instance[] {
    const { instances, soloInstances = 0, seed } = this.options;
    const random = seededRandom(seedFor(seed, "instances", iteration));
    return this.#problems(instances, random).map((entry, index) =>
      index < soloInstances ? withMessages(entry, []) : drawInstance(entry, this.options, random),
    );
  }

  #problems(count: number, random: Random): PoolEntry[] {
    const drawn: PoolEntry[] = [];
    while (drawn.length < count) drawn.push(...shuffle(this.options.entries, random));
    return drawn.slice(0, count);
  }

  /** Compact a response and reward what is left. */
  async score({ entry }: Instance, { text, cutOff }: Response): Promise<Outcome> {
    const { cutOffReward } = this.options;
    const message = compact({ content: [{ type: "text", text }], truncated: cutOff });
    if (cutOff && cutOffReward !== "scored") return { message, reward: cutOffReward };
    if (message === null) return { message, reward: 0 };
    return { message, reward: await this.#scoreOnce(entry.problem, message) };
  }

  /** Equal conclusions of one problem are verified once in an iteration. */
  #scoreOnce(problem: Problem, message: string): Promise<number | null> {
    const key = `${problem.id}\n${message}`;
    let score = this.#scores.get(key);
    if (!score) {
      score = this.options.score(problem, message);
      this.#scores.set(key, score);
    }
    return score;
  }

  /** Forget the conclusions of an iteration that is over. */
  forget(): void {
    this.#scores.clear();
  }
}
