/** Slots of one holder; it may give some back before it is done. */
export interface Lease {
  /** Keep only so many; more than it has changes nothing. */
  shrinkTo(slots: number): void;
  release(): void;
}

interface Waiting {
  wanted: number;
  start: (lease: Lease) => void;
}

/**
 * Calls that may be in flight at once, shared by units of different width, first come first served. A unit takes
 * what its widest round needs and gives back what later rounds do not, so that calls never queue inside a unit
 * and its latency is its own. A unit wider than all slots runs alone.
 */
export class Slots {
  readonly #total: number;
  #free: number;
  #waiting: Waiting[] = [];
  #idle: (() => void)[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  acquire(wanted: number): Promise<Lease> {
    return new Promise((start) => {
      this.#waiting.push({ wanted: Math.min(wanted, this.#total), start });
      this.#next();
    });
  }

  /** Resolves when somebody could start at once. */
  async available(): Promise<void> {
    while (this.#free === 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #next(): void {
    for (let first = this.#waiting[0]; first && first.wanted <= this.#free; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= first.wanted;
      first.start(this.#lease(first.wanted));
    }
    if (this.#free === 0 || this.#waiting.length > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #lease(slots: number): Lease {
    let held = slots;
    const shrinkTo = (keep: number) => {
      const back = Math.max(0, held - keep);
      if (back === 0) return;
      held -= back;
      this.#free += back;
      this.#next();
    };
    return { shrinkTo, release: () => shrinkTo(0) };
  }
}
