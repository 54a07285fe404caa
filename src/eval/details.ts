import { reasoningOf, type Trajectory, textOf } from "../core/trajectory.ts";
import type { Problem } from "../data/problem.ts";
import { textOfProblem } from "../data/to-prompt.ts";
import type { EvaluationStore, StoredTrial } from "./store.ts";

/** One problem as the page shows it, trajectories and all. */
export interface Detail {
  id: string;
  question: string;
  answer: string;
  trials: DetailTrial[];
}

export interface DetailTrial {
  label: string;
  value: number | null;
  status: "done" | "failed";
  answer: string;
  tokens: number;
  calls: { label: string; text: string; reasoning: string; tokens: number }[];
}

export interface DetailLimits {
  problems: number;
  /** Repetitions of each method. */
  repetitions: number;
  /** Characters of one text; the middle of a longer one is left out. */
  characters: number;
  /** Characters of all texts together. */
  total: number;
}

/** A page that a browser opens at once; everything is in the store. */
export const DETAIL_LIMITS: DetailLimits = {
  problems: 200,
  repetitions: 1,
  characters: 3000,
  total: 12_000_000,
};

/** Collects what the page shows, until its limits are reached. */
export class DetailCollector {
  readonly details: Detail[] = [];
  readonly #store: EvaluationStore;
  readonly #limits: DetailLimits;
  #characters = 0;

  constructor(store: EvaluationStore, limits: DetailLimits = DETAIL_LIMITS) {
    this.#store = store;
    this.#limits = limits;
  }

  get full(): boolean {
    return this.details.length >= this.#limits.problems || this.#characters >= this.#limits.total;
  }

  add(problem: Problem, trials: readonly StoredTrial[]): void {
    if (this.full) return;
    const shown = trials.filter(({ repetition }) => repetition < this.#limits.repetitions);
    const { answer } = problem;
    this.details.push({
      id: problem.id,
      question: this.#cut(textOfProblem(problem)),
      answer: this.#cut(
        typeof answer === "string" ? answer : answer === undefined ? "" : JSON.stringify(answer),
      ),
      trials: shown.map((stored) => this.#trial(stored)),
    });
  }

  #trial(stored: StoredTrial): DetailTrial {
    const { method, repetition, trial } = stored;
    return {
      label: `${method} #${repetition + 1}`,
      value: trial.value,
      status: trial.status,
      answer: trial.answer || (trial.error ?? ""),
      tokens: trial.cost.output,
      calls: this.#store.trajectories(stored).map((call) => this.#call(call)),
    };
  }

  #call({ round, index, attempt, content, outcome, usage }: Trajectory): DetailTrial["calls"][number] {
    const again = attempt > 0 ? `, attempt ${attempt + 1}` : "";
    const state = outcome === "finished" ? "" : ` (${outcome})`;
    return {
      label: `round ${round}, ${index + 1}${again}${state}`,
      text: this.#cut(textOf(content)),
      reasoning: this.#cut(reasoningOf(content)),
      tokens: usage.output,
    };
  }

  #cut(text: string): string {
    const { characters } = this.#limits;
    const half = Math.floor(characters / 2);
    const kept =
      text.length <= characters
        ? text
        : `${text.slice(0, half)}\n… ${text.length - 2 * half} characters left out …\n${text.slice(-half)}`;
    this.#characters += kept.length;
    return kept;
  }
}
