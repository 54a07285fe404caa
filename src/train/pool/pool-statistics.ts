import type { ProblemKind } from "../../data/problem.ts";
import type { Chart } from "../../plot/spec.ts";
import { boundFor, MAX_MESSAGE_ACCURACY, messageAccuracy } from "./message-accuracy.ts";
import type { PoolEntry } from "./pool-entry.ts";

/** Figures of a pool, or of its problems of one kind. */
export interface PoolFigures {
  problems: number;
  messages: number;
  fewestMessages: number;
  mostMessages: number;
  unscored: number;
  /** Problems none of whose messages is scored; they are in no figure of accuracy. */
  withoutScore: number;
  /** Mean over problems of the mean score of their messages; null without any. */
  accuracy: number | null;
  neverRight: number;
  alwaysRight: number;
  /** Problems that stage 1 would keep for their accuracy (§3.1). */
  stage1: number;
  /** Mean share of a problem's messages that are different texts. */
  distinct: number;
  /** Mean length of a message. */
  characters: number;
}

/** Bins of accuracy: k of 24, the paper's number of messages. */
const BINS = 24;

/** Adds up a pool, entry by entry. */
export class PoolStatistics {
  readonly #kinds = new Map<ProblemKind, Sums>();
  readonly #all = new Sums();

  add(entry: PoolEntry): void {
    const { kind } = entry.problem;
    const own = this.#kinds.get(kind) ?? new Sums();
    this.#kinds.set(kind, own);
    for (const sums of [own, this.#all]) sums.add(entry);
  }

  get all(): PoolFigures {
    return this.#all.figures();
  }

  get byKind(): Partial<Record<ProblemKind, PoolFigures>> {
    return Object.fromEntries([...this.#kinds].map(([kind, sums]) => [kind, sums.figures()]));
  }

  /** Problems by accuracy, rounded to k of 24: from 0 of 24 to 24 of 24. */
  get histogram(): readonly number[] {
    return this.#all.bins;
  }

  /** The histogram as a picture, with the bounds of stage 1. */
  chart(title = "Message accuracy"): Chart {
    const scored = this.#all.bins.reduce((sum, count) => sum + count, 0);
    const bars = this.#all.bins.map((count, k) => ({
      x: (k - 0.5) / BINS,
      width: 1 / BINS,
      y: count / Math.max(1, scored),
    }));
    const rules = Object.entries(MAX_MESSAGE_ACCURACY)
      .filter(([kind]) => kind === "math" || this.#kinds.has("code"))
      .map(([kind, x]) => ({
        x,
        label: `${kind === "code" ? "code " : ""}< ${Math.round(x * BINS)}/${BINS}`,
      }));
    return {
      title,
      x: {
        label: "share of a problem's messages that are right",
        min: -0.5 / BINS,
        max: 1 + 0.5 / BINS,
        format: "percent",
      },
      y: { label: `share of ${scored} problems`, min: 0, format: "percent" },
      series: [{ kind: "bars", name: "problems", bars }],
      rules,
    };
  }
}

class Sums {
  readonly bins = new Array<number>(BINS + 1).fill(0);
  #problems = 0;
  #messages = 0;
  #fewest = Number.POSITIVE_INFINITY;
  #most = 0;
  #unscored = 0;
  #withoutScore = 0;
  #accuracy = 0;
  #neverRight = 0;
  #alwaysRight = 0;
  #stage1 = 0;
  #distinct = 0;
  #characters = 0;

  add(entry: PoolEntry): void {
    const { messages } = entry;
    this.#problems++;
    this.#messages += messages.length;
    this.#fewest = Math.min(this.#fewest, messages.length);
    this.#most = Math.max(this.#most, messages.length);
    this.#unscored += messages.filter(({ score }) => score === null).length;
    if (messages.length > 0)
      this.#distinct += new Set(messages.map(({ text }) => text)).size / messages.length;
    this.#characters += messages.reduce((sum, { text }) => sum + text.length, 0);
    this.#judge(entry);
  }

  #judge(entry: PoolEntry): void {
    const accuracy = messageAccuracy(entry);
    if (accuracy === null) {
      this.#withoutScore++;
      return;
    }
    this.#accuracy += accuracy;
    if (accuracy === 0) this.#neverRight++;
    if (accuracy === 1) this.#alwaysRight++;
    const { math: below, code: belowCode } = MAX_MESSAGE_ACCURACY;
    if (accuracy > 0 && accuracy < boundFor(entry.problem.kind, { below, belowCode })) this.#stage1++;
    const bin = Math.round(accuracy * BINS);
    this.bins[bin] = (this.bins[bin] as number) + 1;
  }

  figures(): PoolFigures {
    const scored = this.#problems - this.#withoutScore;
    return {
      problems: this.#problems,
      messages: this.#messages,
      fewestMessages: this.#problems > 0 ? this.#fewest : 0,
      mostMessages: this.#most,
      unscored: this.#unscored,
      withoutScore: this.#withoutScore,
      accuracy: scored > 0 ? this.#accuracy / scored : null,
      neverRight: this.#neverRight,
      alwaysRight: this.#alwaysRight,
      stage1: this.#stage1,
      distinct: this.#distinct / Math.max(1, this.#problems),
      characters: this.#characters / Math.max(1, this.#messages),
    };
  }
}
