import type { Progress } from "../eval/evaluate.ts";
import { shortCount, shortDuration } from "./view/figures.ts";

interface Stream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 200;
const LINE_MS = 10_000;

/** One line that is redrawn on a terminal, and written now and then elsewhere. */
export class EvalProgress {
  readonly #stream: Stream;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #accuracy = new Map<string, { sum: number; count: number }>();
  #shownAt = 0;
  #last: string | undefined;

  constructor(stream: Stream, now: () => number = Date.now) {
    this.#stream = stream;
    this.#now = now;
    this.#startedAt = now();
  }

  show(progress: Progress): void {
    const { unit, trial } = progress;
    if (trial.value !== null) {
      const seen = this.#accuracy.get(unit.method) ?? { sum: 0, count: 0 };
      this.#accuracy.set(unit.method, { sum: seen.sum + trial.value, count: seen.count + 1 });
    }
    this.#last = this.#line(progress);
    const now = this.#now();
    if (now - this.#shownAt < (this.#stream.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = now;
    this.#draw();
  }

  /** The last state, for good. */
  close(): void {
    if (this.#last === undefined) return;
    this.#draw();
    if (this.#stream.isTTY) this.#stream.write("\n");
    this.#last = undefined;
  }

  #draw(): void {
    const { isTTY, columns = 120 } = this.#stream;
    const line = this.#last ?? "";
    this.#stream.write(isTTY ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`);
  }

  #line({ planned, finished, failed, missingCalls, endedCalls, spent, money }: Progress): string {
    const elapsed = this.#now() - this.#startedAt;
    const left = missingCalls - endedCalls;
    const eta = endedCalls > 0 && left > 0 ? `, ETA ${shortDuration((elapsed / endedCalls) * left)}` : "";
    const lost = failed > 0 ? `, ${failed} failed` : "";
    const paid = money === undefined ? "" : `, money ${money.toPrecision(3)}`;
    const methods = [...this.#accuracy].map(
      ([key, { sum, count }]) => `${key} ${((100 * sum) / count).toFixed(1)}%`,
    );
    return `${finished}/${planned} units${lost}, ${shortCount(spent.output)} tokens${paid}${eta} | ${methods.join("  ")}`;
  }
}
