import { ReaderLeftError } from "./leaving.ts";

interface SharedRunOptions {
  /** Aborts with the run. */
  controller: AbortController;
  /** How long a run goes on without any reader; Infinity: to its end. */
  graceMs: number;
  /** Keep the output for readers that come later; else the one reader takes it away. */
  keep: boolean;
}

/**
 * A run whose output readers follow, several of them from the beginning if it is kept. When the last reader
 * leaves, the run is cancelled, at once or after a grace.
 */
export class SharedRun<T> {
  #items: T[] = [];
  readonly #controller: AbortController;
  readonly #graceMs: number;
  readonly #keep: boolean;
  #wakes = new Set<() => void>();
  #readers = 0;
  #timer: NodeJS.Timeout | undefined;
  #end: { error?: unknown } | undefined;
  /** Settles with the work. Never rejects. */
  readonly settled: Promise<void>;

  constructor(work: (run: SharedRun<T>) => Promise<void>, { controller, graceMs, keep }: SharedRunOptions) {
    this.#controller = controller;
    this.#graceMs = graceMs;
    this.#keep = keep;
    this.settled = work(this).then(
      () => this.#finish({}),
      (error) => this.#finish({ error }),
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** It ended with an error. */
  get failed(): boolean {
    return this.#end !== undefined && "error" in this.#end;
  }

  /** The output so far; what the one reader took is not in it. */
  get kept(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  cancel(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Take part as a reader. @returns how to leave. */
  join(): () => void {
    clearTimeout(this.#timer);
    this.#readers++;
    let here = true;
    return () => {
      if (!here) return;
      here = false;
      if (--this.#readers > 0 || this.#end || this.#graceMs === Number.POSITIVE_INFINITY) return;
      if (this.#graceMs === 0) this.cancel(new ReaderLeftError());
      else this.#timer = setTimeout(() => this.cancel(new ReaderLeftError()), this.#graceMs).unref();
    };
  }

  /** Everything, as it comes; throws what the work threw. */
  async *read(): AsyncGenerator<T, void, undefined> {
    for (let at = 0; ; ) {
      if (this.#keep) while (at < this.#items.length) yield this.#items[at++] as T;
      else {
        const items = this.#items;
        this.#items = [];
        yield* items;
        if (this.#items.length > 0) continue;
      }
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => this.#wakes.add(resolve));
    }
  }

  #finish(end: { error?: unknown }): void {
    clearTimeout(this.#timer);
    this.#end = end;
    this.#wake();
  }

  #wake(): void {
    const wakes = this.#wakes;
    this.#wakes = new Set();
    for (const wake of wakes) wake();
  }
}
