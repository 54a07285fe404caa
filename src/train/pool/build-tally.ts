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
  /** Of all complete problems. */
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

/** Messages of complete problems, added up. */
export class MessageSums {
  messages = 0;
  lost = 0;
  #scored = 0;
  #sum = 0;

  add({ messages }: PoolEntry, size: number): void {
    this.messages += messages.length;
    this.lost += Math.max(0, size - messages.length);
    for (const { score } of messages) {
      if (score === null) continue;
      this.#scored++;
      this.#sum += score;
    }
  }

  get unscored(): number {
    return this.messages - this.#scored;
  }

  get accuracy(): number | undefined {
    return this.#scored > 0 ? this.#sum / this.#scored : undefined;
  }
}

/** Counts what a build has done. */
export class BuildTally {
  readonly #problems: number;
  readonly #resumed: number;
  readonly #sums: MessageSums;
  #complete: number;
  failed = 0;
  failedInARow = 0;
  cutOff = 0;
  #missing: number;
  #ended = 0;

  /** @param sums What earlier lives completed. */
  constructor(
    { problems, resumed, size }: { problems: number; resumed: number; size: number },
    sums: MessageSums,
  ) {
    this.#problems = problems;
    this.#resumed = resumed;
    this.#complete = resumed;
    this.#missing = (problems - resumed) * size;
    this.#sums = sums;
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

  add(entry: PoolEntry, size: number): void {
    this.#complete++;
    this.#sums.add(entry, size);
  }

  figures(spent: Readonly<Spent>, money: number | undefined): BuildFigures {
    const { messages, lost, unscored, accuracy } = this.#sums;
    return {
      problems: this.#problems,
      complete: this.#complete,
      resumed: this.#resumed,
      failed: this.failed,
      missing: this.#missing,
      ended: this.#ended,
      cutOff: this.cutOff,
      messages,
      lost,
      unscored,
      accuracy,
      spent: { ...spent },
      money,
    };
  }
}
