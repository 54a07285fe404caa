interface Stream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 200;
const LINE_MS = 10_000;

/** One line that is redrawn on a terminal, and written now and then elsewhere. */
export class ProgressLine {
  readonly #stream: Stream;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt = 0;
  #last: (() => string) | undefined;

  constructor(stream: Stream, now: () => number = Date.now) {
    this.#stream = stream;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Milliseconds. */
  get elapsed(): number {
    return this.#now() - this.#startedAt;
  }

  /** @param text Made only when it is shown. */
  show(text: () => string): void {
    this.#last = text;
    const now = this.#now();
    if (now - this.#shownAt < (this.#stream.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = now;
    this.#draw();
  }

  /** The last state, for good. */
  close(): void {
    if (!this.#last) return;
    this.#draw();
    if (this.#stream.isTTY) this.#stream.write("\n");
    this.#last = undefined;
  }

  #draw(): void {
    const { isTTY, columns = 120 } = this.#stream;
    const line = this.#last?.() ?? "";
    this.#stream.write(isTTY ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`);
  }
}
