import { Counter, exposition, Gauge, Histogram } from "../../server/observe/metrics-text.ts";
import type { Reward } from "./reward.ts";

const POST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 5, 15, 30, 60, 120, 180];
const REWARDS = [0, 0.25, 0.5, 0.75, 1];
/** Domains come from labels: more than these are one. */
const MOST_DOMAINS = 32;

/** What is looked up when metrics are asked for. */
export interface RewardGauges {
  inFlight(): number;
  verifying(): number;
  logDropped(): number;
}

/** What `GET /metrics` of a reward server tells. */
export class RewardMetrics {
  readonly posts = new Counter("pacore_reward_posts_total", "Posts by route and status.");
  readonly postSeconds = new Histogram(
    "pacore_reward_post_duration_seconds",
    "From a post's head to its answer.",
    POST_SECONDS,
  );
  readonly #repeated = new Counter("pacore_reward_repeated_total", "Samples that were posted before.");
  readonly #outcomes = new Counter("pacore_rewards_total", "Rewards by domain and outcome.");
  readonly #values = new Histogram("pacore_reward_value", "Rewards by domain.", REWARDS);
  readonly #verifySeconds = new Histogram(
    "pacore_reward_verify_duration_seconds",
    "Time of the verifier by kind.",
    POST_SECONDS,
  );
  readonly #gauges: Gauge[];
  readonly #domains = new Set<string>();

  constructor(gauges: RewardGauges) {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge(name, help, () => [[{}, read()]]);
    this.#gauges = [
      gauge("pacore_reward_posts_in_flight", "Posts that are being answered.", gauges.inFlight),
      gauge("pacore_reward_verifying", "Programs and judgements that run or wait.", gauges.verifying),
      gauge("pacore_reward_log_dropped", "Lines that the log could not write.", gauges.logDropped),
      gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss()),
    ];
    this.#repeated.add({}, 0);
  }

  repeat(): void {
    this.#repeated.add({});
  }

  paid({ label, outcome, reward, verifyMs }: Reward): void {
    const domain = label ? this.#domainOf(label.domain) : "unknown";
    this.#outcomes.add({ domain, outcome });
    this.#values.observe({ domain }, reward);
    if (verifyMs > 0) this.#verifySeconds.observe({ kind: label?.kind ?? "unknown" }, verifyMs / 1000);
  }

  #domainOf(domain: string): string {
    if (this.#domains.has(domain)) return domain;
    if (this.#domains.size >= MOST_DOMAINS) return "other";
    this.#domains.add(domain);
    return domain;
  }

  text(): string {
    const { posts, postSeconds } = this;
    return exposition([
      posts,
      postSeconds,
      this.#repeated,
      this.#outcomes,
      this.#values,
      this.#verifySeconds,
      ...this.#gauges,
    ]);
  }
}
