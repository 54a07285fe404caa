import type { Spent } from "../../core/caps.ts";
import type { PoolEntry } from "./pool-entry.ts";

/** How far a build is. */
export interface BuildFigures {
  /** Problems of the data. */
  problems: number;
  /** Problems whose messages are all there, earlier lives included. */
  complete: number;
  resumed: number;
  /** Problems that miss messages for the upstream failed; the next life asks again. */
  failed: number;
  /** Trajectories that this life has to make, and those that are over. */
  missing: number;
  ended: number;
  /** Calls of this life that gave no conclusion. */
  cutOff: number;
  /** Of the problems that this life completed. */
  messages: number;
  /** Places that stayed without a message, however often they were asked. */
  lost: number;
  unscored: number;
  /** Mean score of the scored messages; undefined without any. */
  accuracy: number | undefined;
  /** Earlier lives included. */
  spent: Readonly<Spent>;
  money: number | undefined;
}

/** Counts what a build has done. */
export class BuildTally {
  readonly #problems: number;
  readonly #resumed: number;
  #complete = 0;
  failed = 0;
  failedInARow = 0;
  cutOff = 0;
  #missing: number;
  #ended = 0;
  #messages = 0;
  #lost = 0;
  #scored = 0;
  #sum = 0;

  constructor(problems: number, resumed: number, size: number) {
    this.#problems = problems;
    this.#resumed = resumed;
    this.#missing = (problems - resumed) * size;
  }

  /** A place's call ended. */
  end(failed: boolean): void {
    this.#ended++;
    this.failedInARow = failed ? this.failedInARow + 1 : 0;
  }

  /** A place was in the journal. */
  replay(): void {
    this.#missing--;
  }

  add({ messages }: PoolEntry, size: number): void {
    this.#complete++;
    this.#messages += messages.length;
    this.#lost += size - messages.length;
    for (const { score } of messages) {
      if (score === null) continue;
      this.#scored++;
      this.#sum += score;
    }
  }

  figures(spent: Readonly<Spent>, money: number | undefined): BuildFigures {
    return {
      problems: this.#problems,
      complete: this.#resumed + this.#complete,
      resumed: this.#resumed,
      failed: this.failed,
      missing: this.#missing,
      ended: this.#ended,
      cutOff: this.cutOff,
      messages: this.#messages,
      lost: this.#lost,
      unscored: this.#messages - this.#scored,
      accuracy: this.#scored > 0 ? this.#sum / this.#scored : undefined,
      spent: { ...spent },
      money,
    };
  }
}
