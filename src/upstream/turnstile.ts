/** Starts per turn of the event loop; one takes about a third of a millisecond. */
const PER_TURN = 16;

/**
 * Lets a crowd in a few at a time. A thousand calls made at once would else be prepared in one go, during
 * which nothing else of the process runs.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #left = PER_TURN;
  #scheduled = false;

  /** @returns nothing to wait for, unless there is a crowd. */
  pass(): Promise<void> | undefined {
    this.#schedule();
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#scheduled = false;
    const next = this.#waiting.splice(0, PER_TURN);
    this.#left = PER_TURN - next.length;
    if (next.length > 0) this.#schedule();
    for (const enter of next) enter();
  }
}
