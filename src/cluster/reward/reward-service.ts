import { hash } from "node:crypto";
import { BoundedMap } from "./bounded-map.ts";
import { answerJson, type PaidReward, paidReward } from "./reward-answer.ts";
import { RewardLog, type RewardLogOptions } from "./reward-log.ts";
import { RewardMetrics } from "./reward-metrics.ts";
import { readPost } from "./reward-post.ts";
import { type RewardSample, RewardScorer, type ScorerOptions } from "./scorer.ts";

export interface RewardServiceOptions extends ScorerOptions, RewardLogOptions {
  /** Every reward with its explanation, as lines of JSON. Default: none. */
  log?: string | undefined;
  /** Answers that are kept for posts that come again. Default: 32,768, of 32 iterations. */
  remembered?: number | undefined;
}

/** Rewards for posts, each sample verified once however often it comes. */
export class RewardService {
  readonly scorer: RewardScorer;
  readonly metrics: RewardMetrics;
  readonly #log: RewardLog | undefined;
  readonly #paid: BoundedMap<string, PaidReward | Promise<PaidReward>>;
  #inFlight = 0;
  #wake: (() => void) | undefined;

  private constructor(options: RewardServiceOptions, log: RewardLog | undefined) {
    this.scorer = new RewardScorer(options);
    this.#log = log;
    this.#paid = new BoundedMap(options.remembered ?? 32_768);
    this.metrics = new RewardMetrics({
      inFlight: () => this.#inFlight,
      verifying: () => this.scorer.pending,
      logDropped: () => this.#log?.dropped ?? 0,
    });
  }

  static async open(options: RewardServiceOptions = {}): Promise<RewardService> {
    const { log } = options;
    return new RewardService(options, log === undefined ? undefined : await RewardLog.open(log, options));
  }

  /** The answer to a post's body, as JSON. @throws {ApiError} 400 for a body that is no post. */
  async answer(body: Buffer): Promise<string> {
    const samples = readPost(body);
    return answerJson(await Promise.all(samples.map((sample) => this.scoreOnce(sample))));
  }

  /**
   * An engine that waited too long posts again: the same sample gets the same answer, and shares a verification that
   * still runs.
   */
  scoreOnce(sample: RewardSample): PaidReward | Promise<PaidReward> {
    const key = keyOf(sample);
    const before = this.#paid.get(key);
    if (before) {
      this.metrics.repeat();
      return before;
    }
    const paid = this.scorer.score(sample).then((reward) => {
      this.metrics.paid(reward);
      this.#log?.add(reward);
      const kept = paidReward(reward);
      this.#paid.set(key, kept);
      return kept;
    });
    this.#paid.set(key, paid);
    return paid;
  }

  /** A post has come. @returns Call it when its answer was handed over. */
  begin(): () => void {
    this.#inFlight++;
    return () => {
      if (--this.#inFlight === 0) this.#wake?.();
    };
  }

  /** Resolves as soon as no post is being answered. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }
}

/** The prompt stands in the query, so that its length tells it. */
const keyOf = ({ query, prompt, label, truncated }: RewardSample): string =>
  hash("sha1", `${prompt.length} ${truncated} ${label.length} ${label}${query}`, "base64");
