import { moneyOf, type Price } from "../core/receipt.ts";
import { CostSum } from "./cost-sum.ts";
import { clustered, type Estimate, estimate, mean } from "./metrics/clustered.ts";
import {
  emergentCorrectness,
  isRight,
  novelAnswers,
  pluralityAgreement,
  type Rate,
  rate,
  type SynthesisCase,
} from "./metrics/emergence.ts";
import type { Trial } from "./trial.ts";

/** What is told of one method over all problems. */
export interface MethodFigures {
  key: string;
  accuracy: Estimate;
  /** Repetitions that ended, in all. */
  trials: number;
  unscored: number;
  failed: number;
  /** Generated tokens of one repetition, and its input beside them. */
  ttc: Estimate;
  inputTokens: number;
  money?: number;
  /** TTC over that of one plain sample. */
  costRatio?: number;
  /** Shares of all generated tokens, of all calls, of all answers. */
  wasted: number;
  cutOffCalls: number;
  cutOffAnswers: number;
  latencyMs: { median: number; p90: number };
  synthesis?: SynthesisFigures;
}

/** What is told of answers that were made from messages. */
export interface SynthesisFigures {
  messageAccuracy: number;
  emergent: Rate;
  novelRight: Rate;
  novelWrong: Rate;
  pluralityAgreement: Rate;
  /** Answering trajectories with at least one cross-checking word, and how many words one has. */
  crossChecking: Rate;
  crossChecksEach: number;
  /** Final accuracy by the share of right messages. */
  byMessages: MessageBin[];
}

export interface MessageBin {
  /** Mean share of right messages in the bin. */
  messages: number;
  final: Estimate;
}

const BINS = [0, 0.25, 0.5, 0.75, 1 - 1e-9, 1];

/** Collects the trials of one method, problem by problem. */
export class MethodCollector {
  readonly key: string;
  readonly #values: number[][] = [];
  readonly #ttc: number[][] = [];
  readonly #latencies: number[] = [];
  readonly #synthesis = new SynthesisCounts();
  readonly lengths: number[] = [];
  readonly #firstWidth: number;
  readonly #first = { sum: 0, count: 0 };
  readonly #cost = new CostSum();
  #trials = 0;
  #cutOffAnswers = 0;
  #unscored = 0;
  #failed = 0;

  /** @param firstWidth Calls of the first round, which are plain samples. */
  constructor(key: string, firstWidth: number) {
    this.key = key;
    this.#firstWidth = firstWidth;
  }

  /** Average tokens of a plain sample, as far as the first rounds tell. */
  get sampleTokens(): number | undefined {
    return this.#first.count > 0 ? this.#first.sum / this.#first.count : undefined;
  }

  /** @returns The problem's mean, for pairs; undefined if nothing of it is scored. */
  add(trials: readonly Trial[]): number | undefined {
    const done = trials.filter(({ status }) => status === "done");
    this.#failed += trials.length - done.length;
    for (const trial of done) this.#addTrial(trial);
    const values = done.flatMap(({ value }) => (value === null ? [] : [value]));
    this.#unscored += done.length - values.length;
    this.#values.push(values);
    this.#ttc.push(done.map(({ cost }) => cost.output));
    return values.length > 0 ? mean(values) : undefined;
  }

  #addTrial({ value, answer, cost, cutOff, lengths, references, crossChecks }: Trial): void {
    this.#trials++;
    if (cutOff) this.#cutOffAnswers++;
    this.#cost.add(cost);
    this.#latencies.push(cost.latencyMs);
    for (const [i, length] of lengths.entries()) {
      this.lengths.push(length);
      if (i >= this.#firstWidth) continue;
      this.#first.sum += length;
      this.#first.count++;
    }
    if (!references) return;
    const read = references.map(([form, worth]) => ({ answer: form, value: worth }));
    this.#synthesis.add({ answer, value, references: read }, crossChecks ?? 0);
  }

  figures({
    price,
    singleTokens,
  }: {
    price: Price | undefined;
    singleTokens: number | undefined;
  }): MethodFigures {
    const cost = this.#cost;
    const each = (amount: number) => amount / Math.max(1, this.#trials);
    const ttc = clustered(this.#ttc);
    const synthesis = this.#synthesis.figures();
    return {
      key: this.key,
      accuracy: clustered(this.#values),
      trials: this.#trials,
      unscored: this.#unscored,
      failed: this.#failed,
      ttc,
      inputTokens: each(cost.input),
      ...(price && { money: each(moneyOf(cost, price)) }),
      ...(singleTokens && { costRatio: ttc.mean / singleTokens }),
      wasted: cost.wasted / Math.max(1, cost.output),
      cutOffCalls: cost.cutOffRate,
      cutOffAnswers: each(this.#cutOffAnswers),
      latencyMs: quantiles(this.#latencies),
      ...(synthesis && { synthesis }),
    };
  }
}

const NONE = rate(0, 0);
const plus = (a: Rate, b: Rate): Rate => rate(a.count + b.count, a.cases + b.cases);

/** Counted one synthesis at a time: half a million message sets would not fit the memory. */
class SynthesisCounts {
  #cases = 0;
  #messages = { sum: 0, count: 0 };
  #rates = {
    emergent: NONE,
    novelRight: NONE,
    novelWrong: NONE,
    pluralityAgreement: NONE,
    crossChecking: NONE,
  };
  #crossChecks = 0;
  readonly #bins: { share: number; value: number }[][] = BINS.map(() => []);

  add(one: SynthesisCase, crossChecks: number): void {
    const novel = novelAnswers([one]);
    const rates = this.#rates;
    this.#rates = {
      emergent: plus(rates.emergent, emergentCorrectness([one])),
      novelRight: plus(rates.novelRight, novel.right),
      novelWrong: plus(rates.novelWrong, novel.wrong),
      pluralityAgreement: plus(rates.pluralityAgreement, pluralityAgreement([one])),
      crossChecking: plus(rates.crossChecking, rate(crossChecks > 0 ? 1 : 0, 1)),
    };
    this.#cases++;
    this.#crossChecks += crossChecks;
    this.#addMessages(one);
  }

  #addMessages({ value, references }: SynthesisCase): void {
    const known = references.flatMap((reference) => (reference.value === null ? [] : [reference.value]));
    this.#messages.sum += known.reduce((sum, worth) => sum + worth, 0);
    this.#messages.count += known.length;
    if (value === null || known.length === 0) return;
    const share = known.filter(isRight).length / known.length;
    this.#bins[BINS.findIndex((edge) => share <= edge)]?.push({ share, value });
  }

  figures(): SynthesisFigures | undefined {
    if (this.#cases === 0) return undefined;
    return {
      messageAccuracy: this.#messages.sum / Math.max(1, this.#messages.count),
      ...this.#rates,
      crossChecksEach: this.#crossChecks / this.#cases,
      byMessages: this.#bins
        .filter((bin) => bin.length > 0)
        .map((bin) => ({
          messages: mean(bin.map(({ share }) => share)),
          final: estimate(bin.map(({ value }) => value)),
        })),
    };
  }
}

export function quantiles(values: readonly number[]): { median: number; p90: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p90: at(0.9) };
}
