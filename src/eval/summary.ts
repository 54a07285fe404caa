import type { Price } from "../core/receipt.ts";
import type { EvaluationPlan } from "./evaluate.ts";
import { MethodCollector, type MethodFigures } from "./method-figures.ts";
import { type Estimate, paired } from "./metrics/clustered.ts";
import { drawnBy, samplesOf } from "./plan.ts";
import { gatherSamples, powersOfTwo } from "./problem-figures.ts";
import { CurveCollector, type CurvePoint } from "./sample-curves.ts";
import type { StoredTrial } from "./store.ts";
import { SAMPLE } from "./trial.ts";
import { VoteCollector } from "./vote-figures.ts";

/** Everything a report says, as data. */
export interface Summary {
  problems: number;
  methods: MethodFigures[];
  /** Every two methods on the problems that both have: how much better the first is. */
  differences: { better: string; than: string; difference: Estimate }[];
  /** Of plain samples, for as many as every problem has. */
  curves: CurvePoint[];
  /** Mean accuracy of each method on each problem; the key is the problem's number. */
  byProblem: Map<number, Record<string, number>>;
  /** Generated tokens of single trajectories, by method. */
  lengths: Record<string, number[]>;
}

/** Adds up trials, one problem at a time: what is kept of a problem is a few numbers. */
export class Summariser {
  readonly #plan: EvaluationPlan;
  readonly #price: Price | undefined;
  readonly #collectors = new Map<string, MethodCollector>();
  readonly #votes = new Map<string, VoteCollector>();
  readonly #curves: CurveCollector;
  readonly #byProblem = new Map<number, Record<string, number>>();

  constructor(plan: EvaluationPlan, price?: Price) {
    this.#plan = plan;
    this.#price = price;
    this.#curves = new CurveCollector(powersOfTwo(samplesOf(plan)));
    for (const method of plan.methods) {
      if (method.kind === "vote") this.#votes.set(method.key, new VoteCollector(method.key, method.count));
      else this.#collectors.set(method.key, new MethodCollector(method.key, drawnBy(method)));
    }
  }

  add(problem: number, stored: readonly StoredTrial[]): void {
    const trials = Map.groupBy(stored, ({ method }) => method);
    const plain = (trials.get(SAMPLE) ?? []).map(({ trial }) => trial);
    const samples = gatherSamples(plain);
    this.#curves.add(samples, plain);
    const means: Record<string, number> = {};
    for (const method of this.#plan.methods) {
      const own = method.kind === "single" ? plain : (trials.get(method.key) ?? []).map(({ trial }) => trial);
      const value =
        method.kind === "vote"
          ? this.#votes.get(method.key)?.add(samples, plain)
          : this.#collectors.get(method.key)?.add(own);
      if (value !== undefined) means[method.key] = value;
    }
    this.#byProblem.set(problem, means);
  }

  finish(): Summary {
    const singleTokens = this.#curves.tokensEach ?? this.#collectors.values().next().value?.sampleTokens;
    const context = { price: this.#price, singleTokens };
    const methods = this.#plan.methods.map(
      ({ key }) => (this.#votes.get(key) ?? this.#collectors.get(key))?.figures(context) as MethodFigures,
    );
    const lengths = [...this.#collectors].map(([key, collector]) => [key, collector.lengths]);
    return {
      problems: this.#byProblem.size,
      methods,
      differences: this.#differences(),
      curves: this.#curves.points(),
      byProblem: this.#byProblem,
      lengths: Object.fromEntries(lengths),
    };
  }

  #differences(): Summary["differences"] {
    const keys = this.#plan.methods.map(({ key }) => key);
    const rows = [...this.#byProblem.values()];
    return keys.flatMap((better, i) =>
      keys.slice(0, i).map((than) => {
        const pairs = rows.flatMap((row): [number, number][] =>
          better in row && than in row ? [[row[better] as number, row[than] as number]] : [],
        );
        return { better, than, difference: paired(pairs) };
      }),
    );
  }
}
