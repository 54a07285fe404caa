import type { RewardLine } from "./reward-log.ts";

/** Figures of a domain's rewards. */
export interface DomainFigures {
  rewards: number;
  /** Mean; null without any. */
  reward: number | null;
  /** Share that got 1. */
  right: number | null;
  cutOff: number;
  noConclusion: number;
  unscored: number;
  errors: number;
  /** Means: |M|, characters of a response and of its conclusion, milliseconds of the verifier. */
  messages: number;
  chars: number;
  conclusionChars: number;
  verifyMs: number;
  verifyMsMax: number;
}

/** Instances (x, M) by what their responses got. */
export interface GroupFigures {
  instances: number;
  /** Mean number of responses. */
  responses: number;
  noneRight: number;
  allRight: number;
  /** In between: a critic that is perfect learns from these alone. */
  mixed: number;
  /** Mean reward of the instances whose messages are all wrong (§3.2); null without such. */
  emergent: number | null;
  emergentInstances: number;
}

/** Bounds of the histogram: 0 alone, up to each, 1 alone. */
export const REWARD_BINS = ["0", "≤ 0.25", "≤ 0.5", "≤ 0.75", "< 1", "1"] as const;

const SLOWEST = 10;
const REASONS = 100;

interface Group {
  count: number;
  sum: number;
  emergent: boolean;
}

/** Adds up a log of rewards, line by line; instances alone take memory. */
export class RewardFigures {
  readonly #domains = new Map<string, Sums>();
  readonly #all = new Sums();
  readonly #groups = new Map<string, Group>();
  readonly #reasons = new Map<string, number>();
  readonly histogram: number[] = REWARD_BINS.map(() => 0);
  /** By the verifier's time, the longest first. */
  slowest: RewardLine[] = [];

  add(line: RewardLine): void {
    const domain = line.domain ?? "unknown";
    const own = this.#domains.get(domain) ?? new Sums();
    this.#domains.set(domain, own);
    for (const sums of [own, this.#all]) sums.add(line);
    const bin = binOf(line.reward);
    this.histogram[bin] = (this.histogram[bin] as number) + 1;
    if (line.id !== undefined && line.outcome !== "error") this.#addToGroup(line.id, line);
    if (line.outcome === "error" || line.outcome === "unscored") this.#addReason(line);
    const last = this.slowest.at(-1)?.verifyMs ?? 0;
    if (line.verifyMs <= last && this.slowest.length >= SLOWEST) return;
    this.slowest = [...this.slowest, line].sort((a, b) => b.verifyMs - a.verifyMs).slice(0, SLOWEST);
  }

  #addToGroup(id: string, { reward, messages = 0, right }: RewardLine): void {
    const group = this.#groups.get(id) ?? { count: 0, sum: 0, emergent: messages > 0 && right === 0 };
    group.count++;
    group.sum += reward;
    this.#groups.set(id, group);
  }

  #addReason({ outcome, explanation }: RewardLine): void {
    const reason = `${outcome}: ${explanation.slice(0, 200)}`;
    if (this.#reasons.has(reason) || this.#reasons.size < REASONS)
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  get all(): DomainFigures {
    return this.#all.figures();
  }

  get domains(): Record<string, DomainFigures> {
    return Object.fromEntries([...this.#domains].map(([name, sums]) => [name, sums.figures()]));
  }

  /** Why there was no verdict, the most frequent first. */
  get reasons(): [reason: string, count: number][] {
    return [...this.#reasons].sort(([, a], [, b]) => b - a);
  }

  get groups(): GroupFigures {
    const groups = [...this.#groups.values()];
    const means = groups.map(({ sum, count }) => sum / count);
    const emergent = groups.filter((group) => group.emergent).map(({ sum, count }) => sum / count);
    const [noneRight, allRight] = [0, 1].map((bound) => means.filter((mean) => mean === bound).length);
    return {
      instances: groups.length,
      responses: groups.reduce((sum, { count }) => sum + count, 0) / Math.max(1, groups.length),
      noneRight: noneRight as number,
      allRight: allRight as number,
      mixed: means.filter((mean) => mean > 0 && mean < 1).length,
      emergent: meanOf(emergent),
      emergentInstances: emergent.length,
    };
  }
}

function binOf(reward: number): number {
  if (reward <= 0) return 0;
  return reward >= 1 ? REWARD_BINS.length - 1 : Math.ceil(reward * 4);
}

const meanOf = (values: readonly number[]): number | null =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;

class Sums {
  #count = 0;
  #reward = 0;
  #right = 0;
  readonly #outcomes = new Map<string, number>();
  #messages = 0;
  #chars = 0;
  #conclusions = 0;
  #conclusionChars = 0;
  #verifyMs = 0;
  #verifyMsMax = 0;

  add({ reward, outcome, messages = 0, chars, conclusion, verifyMs }: RewardLine): void {
    this.#count++;
    this.#reward += reward;
    this.#right += Number(outcome === "scored" && reward === 1);
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    this.#messages += messages;
    this.#chars += chars;
    this.#conclusions += Number(conclusion !== undefined);
    this.#conclusionChars += conclusion?.length ?? 0;
    this.#verifyMs += verifyMs;
    this.#verifyMsMax = Math.max(this.#verifyMsMax, verifyMs);
  }

  figures(): DomainFigures {
    const of = (outcome: string) => this.#outcomes.get(outcome) ?? 0;
    const mean = (sum: number) => sum / Math.max(1, this.#count);
    return {
      rewards: this.#count,
      reward: this.#count > 0 ? mean(this.#reward) : null,
      right: this.#count > 0 ? mean(this.#right) : null,
      cutOff: of("cut-off"),
      noConclusion: of("no-conclusion"),
      unscored: of("unscored"),
      errors: of("error"),
      messages: mean(this.#messages),
      chars: mean(this.#chars),
      conclusionChars: this.#conclusionChars / Math.max(1, this.#conclusions),
      verifyMs: mean(this.#verifyMs),
      verifyMsMax: this.#verifyMsMax,
    };
  }
}
