import type { Journal } from "../core/journal.ts";
import type { CoordinateOptions } from "../core/options.ts";
import { seedFor } from "../core/random.ts";
import { type Grade, gradeOnce } from "../data/grade.ts";
import type { Problem } from "../data/problem.ts";
import { toPrompt } from "../data/to-prompt.ts";
import { plurality } from "../embedded/worklist.ts";
import { asFirstRound, drawFrom } from "./draw.ts";
import type { Evaluation } from "./evaluate.ts";
import { type CoordinatedMethod, type Method, single } from "./method.ts";
import { callsOfUnit } from "./plan.ts";
import { runUnit } from "./run-unit.ts";
import { NO_COST, SAMPLE, type Trial, type TrialCost, type Unit } from "./trial.ts";

/** All units of one problem: plain samples first, for methods may draw from them. */
export class ProblemRun {
  readonly #evaluation: Evaluation;
  readonly #problem: Problem;
  readonly #number: number;
  readonly #units: Unit[];
  readonly #grade: (message: string, signal: AbortSignal) => Promise<Grade>;

  /** @param units Those of the problem that are not over yet. */
  constructor(evaluation: Evaluation, problem: Problem, units: Unit[]) {
    this.#evaluation = evaluation;
    this.#problem = problem;
    this.#number = units[0]?.problem ?? 0;
    this.#units = units;
    this.#grade = gradeOnce(evaluation.options.grader(problem), evaluation.grading);
  }

  async run(): Promise<void> {
    const { methods } = this.#evaluation.options;
    const of = (method: Method) => this.#units.filter(({ method: key }) => key === method.key);
    const samples = this.#units.filter(({ method }) => method === SAMPLE);
    await Promise.all(samples.map((unit) => this.#paid(unit, single)));
    const own = methods.flatMap((method) => of(method).map((unit) => [unit, method] as const));
    await Promise.all(
      own.map(([unit, method]) =>
        method.kind === "plurality" ? this.#combined(unit, method) : this.#paid(unit, method),
      ),
    );
  }

  /** A unit that makes calls: wait for its slots, reserve its cost, run, store. */
  async #paid(unit: Unit, method: Method): Promise<void> {
    const { slots, caps, signal, options } = this.#evaluation;
    const widths = method.kind === "coordinated" ? method.widths : [];
    const lease = await slots.acquire(Math.max(1, ...widths.slice(options.pool === undefined ? 0 : 1)));
    const calls = callsOfUnit(options, unit.method);
    try {
      if (!this.#evaluation.admit(calls)) return;
      try {
        const onRound = (round: number) => lease.shrinkTo(Math.max(1, ...widths.slice(round - 1)));
        const trial = await this.#runUnit(unit, method, onRound);
        await this.#evaluation.settle(unit, trial);
      } finally {
        caps.settle(calls);
      }
    } catch (error) {
      // Cancelled units are not over: they go on in the next life.
      if (!signal.aborted) throw error;
    } finally {
      lease.release();
    }
  }

  async #runUnit(unit: Unit, method: Method, onRound: (round: number) => void): Promise<Trial> {
    const { options, signal, book } = this.#evaluation;
    const { model, call, coordinate, store, concurrency = 16 } = options;
    const coordinated = method.kind === "coordinated" ? method : undefined;
    const journal = store.journalOf(
      unit,
      ({ usage }) => book(usage),
      () => signal.aborted,
    );
    const pooled =
      coordinated && options.pool !== undefined ? this.#withPool(journal, unit, coordinated) : journal;
    if (!pooled) return SAMPLE_MISSING;
    const unitOptions: CoordinateOptions = {
      ...coordinate,
      widths: coordinated?.widths ?? [],
      seed: seedFor(options.seed, this.#problem.id, unit.method, unit.repetition),
      concurrency,
    };
    return runUnit({
      model,
      call: { ...call, prompt: toPrompt(this.#problem) },
      options: unitOptions,
      variant: coordinated?.variant ?? {},
      journal: pooled,
      grade: this.#grade,
      signal,
      onRound,
    });
  }

  /** The unit's journal with a first round drawn from the pool; undefined if a sample of it failed. */
  #withPool(journal: Journal, unit: Unit, { widths }: CoordinatedMethod): Journal | undefined {
    const drawn = this.#draw(unit, widths[0] ?? 0);
    if (!drawn) return undefined;
    const { store } = this.#evaluation.options;
    const first = asFirstRound(drawn.map((sample) => store.trajectories(this.#sample(sample))));
    return {
      ...journal,
      trajectories: () => [...first, ...journal.trajectories().filter(({ round }) => round > 1)],
    };
  }

  /**
   * Repetitions of the plain samples that a unit uses: drawn from the pool, or its own share of all. undefined if
   * one of them failed: drawing another instead would change what an earlier life of the unit has read.
   */
  #draw({ method, repetition }: Unit, count: number): number[] | undefined {
    const { pool, seed } = this.#evaluation.options;
    const drawn =
      pool === undefined
        ? Array.from({ length: count }, (_, i) => repetition * count + i)
        : drawFrom(pool, count, seedFor(seed, this.#problem.id, method, repetition, "pool"));
    return drawn.every((sample) => this.#trial(sample)?.status === "done") ? drawn : undefined;
  }

  readonly #sample = (repetition: number): Unit => ({ problem: this.#number, method: SAMPLE, repetition });

  #trial(sample: number): Trial | undefined {
    return this.#evaluation.options.store.trial(this.#sample(sample));
  }

  /** The hand-written aggregator over plain samples: no call of its own. */
  async #combined(unit: Unit, { count }: Extract<Method, { kind: "plurality" }>): Promise<void> {
    const { options, signal } = this.#evaluation;
    if (this.#evaluation.stopping) return;
    const drawn = this.#draw(unit, count);
    if (!drawn) return this.#evaluation.settle(unit, SAMPLE_MISSING);
    const calls = drawn.flatMap((sample) => options.store.trajectories(this.#sample(sample)));
    const messages = calls.flatMap(({ message }) => (message === null ? [] : [message]));
    const { value, answer } = await this.#grade(plurality(messages), signal);
    const cost = addCosts(drawn.map((sample) => this.#trial(sample)?.cost ?? NO_COST));
    await this.#evaluation.settle(unit, { status: "done", value, answer, cutOff: false, cost, lengths: [] });
  }
}

const SAMPLE_MISSING: Trial = {
  status: "failed",
  error: "A plain sample that it reads has failed; run again.",
  value: null,
  answer: "",
  cutOff: false,
  cost: NO_COST,
  lengths: [],
};

/** Samples run side by side: the slowest is what one waits for, all else adds up. */
function addCosts(costs: readonly TrialCost[]): TrialCost {
  const sum = (of: (cost: TrialCost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return {
    calls: sum((c) => c.calls),
    cutOffCalls: sum((c) => c.cutOffCalls),
    failedCalls: sum((c) => c.failedCalls),
    input: sum((c) => c.input),
    cachedInput: sum((c) => c.cachedInput),
    output: sum((c) => c.output),
    wasted: sum((c) => c.wasted),
    latencyMs: Math.max(0, ...costs.map((c) => c.latencyMs)),
  };
}
