/** Read in one turn of the event loop, from all connections together: ten or twenty milliseconds of work. */
const BYTES_PER_TURN = 8 * 1024 * 1024;

/**
 * Keeps fast upstreams from taking the event loop for themselves. Node reads all sockets that have data before
 * it does anything else; with a thousand full ones that takes seconds, in which no timer fires and no abort is
 * heard. Beyond a turn's share, connections are paused until the next turn.
 */
export class ReadTurn {
  #bytes = 0;
  #scheduled = false;
  #waiting: (() => void)[] = [];

  /** @returns whether the turn's share is used up, and the connection is to pause. */
  charge(bytes: number): boolean {
    this.#bytes += bytes;
    if (!this.#scheduled) this.#schedule();
    return this.#bytes > BYTES_PER_TURN;
  }

  /** Call `resume` in a later turn. */
  wait(resume: () => void): void {
    this.#waiting.push(resume);
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#bytes = 0;
    const waiting = this.#waiting;
    this.#waiting = [];
    let next = 0;
    // A resumed connection reads at once what has come for it, and may use up this turn's share.
    while (next < waiting.length && this.#bytes <= BYTES_PER_TURN) waiting[next++]?.();
    this.#waiting.unshift(...waiting.slice(next));
    if (this.#waiting.length > 0 && !this.#scheduled) this.#schedule();
  }
}
