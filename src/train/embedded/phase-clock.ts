import type { PhaseSeconds } from "../metrics/iteration-metrics.ts";

type Phase = Exclude<keyof PhaseSeconds, "total">;

/** Wall-clock time by phase; every moment belongs to one. */
export class PhaseClock {
  readonly #spent: Record<Phase, number> = {
    sampling: 0,
    scoring: 0,
    advantages: 0,
    policy: 0,
    critic: 0,
    other: 0,
  };
  #phase: Phase = "other";
  #since = performance.now();

  enter(phase: Phase): void {
    const now = performance.now();
    this.#spent[this.#phase] += (now - this.#since) / 1000;
    [this.#phase, this.#since] = [phase, now];
  }

  seconds(): PhaseSeconds {
    this.enter(this.#phase);
    const total = Object.values(this.#spent).reduce((sum, seconds) => sum + seconds);
    return { total, ...this.#spent };
  }
}
