import type { Progress } from "../eval/evaluate.ts";
import { ProgressLine } from "./progress-line.ts";
import { shortCount, shortDuration } from "./view/figures.ts";

/** An evaluation's line: units, tokens, time left, and the accuracy of each method so far. */
export class EvalProgress {
  readonly #line: ProgressLine;
  readonly #accuracy = new Map<string, { sum: number; count: number }>();

  constructor(...stream: ConstructorParameters<typeof ProgressLine>) {
    this.#line = new ProgressLine(...stream);
  }

  show(progress: Progress): void {
    const { unit, trial } = progress;
    if (trial.value !== null) {
      const seen = this.#accuracy.get(unit.method) ?? { sum: 0, count: 0 };
      this.#accuracy.set(unit.method, { sum: seen.sum + trial.value, count: seen.count + 1 });
    }
    this.#line.show(() => this.#text(progress));
  }

  /** The last state, for good. */
  close(): void {
    this.#line.close();
  }

  #text({ planned, finished, failed, missingCalls, endedCalls, spent, money }: Progress): string {
    const left = missingCalls - endedCalls;
    const eta =
      endedCalls > 0 && left > 0 ? `, ETA ${shortDuration((this.#line.elapsed / endedCalls) * left)}` : "";
    const lost = failed > 0 ? `, ${failed} failed` : "";
    const paid = money === undefined ? "" : `, money ${money.toPrecision(3)}`;
    const methods = [...this.#accuracy].map(
      ([key, { sum, count }]) => `${key} ${((100 * sum) / count).toFixed(1)}%`,
    );
    return `${finished}/${planned} units${lost}, ${shortCount(spent.output)} tokens${paid}${eta} | ${methods.join("  ")}`;
  }
}
