import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { childController } from "../core/abort.ts";
import { Caps, type Spent } from "../core/caps.ts";
import { UpstreamDownError } from "../core/errors.ts";
import type { Meter } from "../core/meter.ts";
import type { CoordinateOptions } from "../core/options.ts";
import type { Price } from "../core/receipt.ts";
import { Semaphore } from "../core/semaphore.ts";
import { Slots } from "../core/slots.ts";
import type { TokenUsage } from "../core/usage.ts";
import type { Grader } from "../data/grade.ts";
import type { Problem } from "../data/problem.ts";
import type { Method } from "./method.ts";
import { checkPlan, plannedUnits } from "./plan.ts";
import { ProblemRun } from "./problem-run.ts";
import type { EvaluationStore } from "./store.ts";
import { Tally, type TallyFigures } from "./tally.ts";
import type { Trial, Unit } from "./trial.ts";

/** What decides the figures. Another evaluation in the same store must have the same, methods apart. */
export interface EvaluationPlan {
  methods: readonly Method[];
  /** Repetitions of each method on each problem. */
  samples: number;
  /** Draw first rounds, votes and single samples from so many trajectories per problem (§3.2). */
  pool?: number | undefined;
  seed: number;
}

export interface EvaluateOptions extends EvaluationPlan {
  model: LanguageModelV4;
  /** What the model is called in the store, which refuses another. Default: its id. */
  modelName?: string;
  grader: (problem: Problem) => Grader;
  store: EvaluationStore;
  /** Through which the grader's own model calls go, if it makes any: they count against the budgets. */
  meter?: Meter | undefined;
  /** Sampling settings of every call. */
  call?: Omit<LanguageModelV4CallOptions, "prompt">;
  /** Retries, time-outs, context window: as in `solve`. */
  coordinate?: CoordinateOptions;
  /** Calls in flight at once. */
  concurrency?: number;
  /** Generated tokens of the whole evaluation, and its money. */
  budgetTokens?: number | undefined;
  budgetMoney?: number | undefined;
  price?: Price | undefined;
  /** Start nothing more, and finish what runs. */
  drain?: AbortSignal | undefined;
  /** Cancel what runs, too. What finished is kept. */
  abort?: AbortSignal | undefined;
  onProgress?: (progress: Progress) => void;
}

/** What a unit that ended leaves behind, for whoever watches. */
export interface Progress extends TallyFigures {
  spent: Readonly<Spent>;
  money: number | undefined;
  unit: Unit;
  trial: Trial;
}

export interface Outcome extends TallyFigures {
  /** Why it ended: `done`, or what stopped it before. */
  end: "done" | "budget" | "interrupted";
  spent: Readonly<Spent>;
  money: number | undefined;
}

/** So many units in a row without an answer: the endpoint is at fault, and going on would help nobody. */
const MOST_FAILURES_IN_A_ROW = 50;

/**
 * Problems × methods × repetitions, every finished trajectory in the store before it counts. Run again with the
 * same store, it goes on where it was: finished units are not looked at, those begun pay only for what is missing.
 * @throws {InvalidOptionError} if the store holds another evaluation; {@link UpstreamDownError}
 */
export async function evaluate(problems: readonly Problem[], options: EvaluateOptions): Promise<Outcome> {
  const numbers = await checkPlan(problems, options);
  const evaluation = new Evaluation(problems, options, numbers);
  return evaluation.run();
}

/** What the problems of one evaluation share while it runs. */
export class Evaluation {
  readonly options: EvaluateOptions;
  readonly slots: Slots;
  readonly grading: Semaphore;
  readonly caps: Caps;
  readonly isFinished: (unit: Unit) => boolean;
  readonly signal: AbortSignal;
  readonly #problems: readonly Problem[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #child: ReturnType<typeof childController>;
  readonly #tally: Tally;
  #fatal: { error: unknown } | undefined;
  #overBudget = false;

  constructor(problems: readonly Problem[], options: EvaluateOptions, numbers: ReadonlyMap<string, number>) {
    const { concurrency = 16, store, abort, call } = options;
    this.options = options;
    this.#problems = problems;
    this.#numbers = numbers;
    this.slots = new Slots(concurrency);
    this.grading = new Semaphore(concurrency);
    const { budgetTokens: tokens, budgetMoney: money, price } = options;
    this.caps = new Caps({ tokens, money, price, maxOutputTokens: call?.maxOutputTokens }, store.spent());
    this.isFinished = store.finished();
    this.#child = childController([abort]);
    this.signal = this.#child.signal;
    if (options.meter) options.meter.onUsage = (usage) => this.#bookOther(usage);
    const ordered = problems.map(({ id }) => numbers.get(id) as number);
    this.#tally = new Tally(options, ordered, this.isFinished);
  }

  async run(): Promise<Outcome> {
    const running = new Set<Promise<void>>();
    try {
      for (const problem of this.#problems) {
        const units = this.#unitsOf(problem).filter((unit) => !this.isFinished(unit));
        if (units.length === 0) continue;
        await this.slots.available();
        if (this.stopping) break;
        const run = new ProblemRun(this, problem, units).run().catch((error) => this.#stop(error));
        const tracked: Promise<void> = run.finally(() => running.delete(tracked));
        running.add(tracked);
      }
    } finally {
      await Promise.all(running);
      this.#child.release();
    }
    if (this.#fatal) throw this.#fatal.error;
    const { spent, money } = this.caps;
    return { ...this.#tally.figures(), spent, money, end: this.#end() };
  }

  /** Nothing new may start. */
  get stopping(): boolean {
    return this.#overBudget || this.signal.aborted || this.options.drain?.aborted === true;
  }

  /** Reserve a unit's calls. @returns false if it must not start. */
  admit(calls: number): boolean {
    if (this.stopping) return false;
    if (this.caps.reserve(calls)) return true;
    this.#overBudget = true;
    return false;
  }

  /** A call is on disk; what a spent budget still has in flight is cancelled. */
  readonly book: Caps["book"] = (usage) => {
    this.caps.book(usage);
    if (!this.caps.exhausted) return;
    this.#overBudget = true;
    this.#child.controller.abort(new Error("The evaluation's budget is spent."));
  };

  #bookOther(usage: TokenUsage): void {
    this.options.store.putOtherCall("judge", usage).catch((error) => this.#stop(error));
    this.book(usage);
  }

  async settle(unit: Unit, trial: Trial): Promise<void> {
    await this.options.store.putTrial(unit, trial);
    this.#tally.count(unit, trial);
    const { spent, money } = this.caps;
    this.options.onProgress?.({ ...this.#tally.figures(), spent, money, unit, trial });
    if (this.#tally.failedInARow >= MOST_FAILURES_IN_A_ROW)
      this.#stop(new UpstreamDownError(MOST_FAILURES_IN_A_ROW, trial.error ?? ""));
  }

  #stop(error: unknown): void {
    if (this.signal.aborted) return;
    this.#fatal = { error };
    this.#child.controller.abort(error);
  }

  #end(): Outcome["end"] {
    if (this.#overBudget) return "budget";
    if (this.stopping) return "interrupted";
    return "done";
  }

  #unitsOf({ id }: Problem): Unit[] {
    return plannedUnits(this.options, this.#numbers.get(id) as number);
  }
}
