import { EventFolder } from "../../train/metrics/event-folder.ts";
import type { Scalars } from "./trainer-metrics.ts";

export interface TrainerStep {
  /** Iterations of this stage. */
  step: number;
  scalars: Scalars;
}

/** What OpenRLHF logs last in a step, and in an evaluation. */
const LAST = { train: "train/timing/step_total", eval: "eval/eval_num_samples" } as const;
type Part = keyof typeof LAST;

interface Found {
  /** The file of the life that logged it. */
  file: string;
  scalars: Record<string, number>;
}

/**
 * The steps of a stage, each once, from the event files of all lives of its trainer. A life that went on from a checkpoint
 * does some steps again: of those its own figures count.
 */
export class TrainerSteps {
  readonly #folder: EventFolder;
  readonly #found: Record<Part, Map<number, Found>> = { train: new Map(), eval: new Map() };
  readonly #taken: Record<Part, number>;

  /** @param after Steps up to this one are not wanted. */
  constructor(folder: string, after: number) {
    this.#folder = new EventFolder(folder);
    this.#taken = { train: after, eval: after };
  }

  /** Forget what came after a checkpoint: it is done again. */
  async rewind(step: number): Promise<void> {
    await this.#poll();
    for (const part of ["train", "eval"] as const) {
      this.#taken[part] = Math.min(this.#taken[part], step);
      for (const later of [...this.#found[part].keys()]) if (later > step) this.#found[part].delete(later);
    }
  }

  /** Steps that are complete, and evaluations, since the last time; in their order. */
  async take(ended: boolean): Promise<{ steps: TrainerStep[]; evaluations: TrainerStep[] }> {
    await this.#poll();
    return { steps: this.#takePart("train", ended), evaluations: this.#takePart("eval", ended) };
  }

  async #poll(): Promise<void> {
    for (const { file, step, scalars } of await this.#folder.poll())
      for (const [tag, value] of Object.entries(scalars)) {
        const part = tag.split("/", 1)[0] as Part;
        const known = this.#found[part];
        if (!known) continue;
        const found = known.get(step);
        if (found?.file === file) found.scalars[tag] = value;
        else known.set(step, { file, scalars: { [tag]: value } });
      }
  }

  #takePart(part: Part, ended: boolean): TrainerStep[] {
    const known = this.#found[part];
    const latest = Math.max(0, ...known.keys());
    const steps: TrainerStep[] = [];
    for (const [step, { scalars }] of [...known].sort(([a], [b]) => a - b)) {
      const complete = LAST[part] in scalars || step < latest || ended;
      if (!complete) break;
      known.delete(step);
      if (step > this.#taken[part]) steps.push({ step, scalars });
      this.#taken[part] = Math.max(this.#taken[part], step);
    }
    return steps;
  }
}
