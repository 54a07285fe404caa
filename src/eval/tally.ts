import type { EvaluationPlan } from "./evaluate.ts";
import { callsOfUnit, plannedUnits } from "./plan.ts";
import type { Trial, Unit } from "./trial.ts";

/** How far an evaluation is. Units differ in width, so time is told by calls. */
export interface TallyFigures {
  /** Units: plain samples, and repetitions of the methods that have units of their own. */
  planned: number;
  finished: number;
  failed: number;
  /** Finished by earlier lives. */
  resumed: number;
  /** Calls that were missing when this life began, and those of units that have ended since. */
  missingCalls: number;
  endedCalls: number;
}

export class Tally implements TallyFigures {
  readonly planned: number;
  readonly resumed: number;
  readonly missingCalls: number;
  finished: number;
  failed = 0;
  failedInARow = 0;
  endedCalls = 0;
  readonly #plan: EvaluationPlan;

  constructor(plan: EvaluationPlan, problems: Iterable<number>, isFinished: (unit: Unit) => boolean) {
    this.#plan = plan;
    const methods = new Map(plannedUnits(plan, 0).map(({ method }) => [method, callsOfUnit(plan, method)]));
    let [planned, finished, missing] = [0, 0, 0];
    for (const problem of problems) {
      for (const unit of plannedUnits(plan, problem)) {
        planned++;
        if (isFinished(unit)) finished++;
        else missing += methods.get(unit.method) ?? 0;
      }
    }
    this.planned = planned;
    this.resumed = finished;
    this.finished = finished;
    this.missingCalls = missing;
  }

  count({ method }: Unit, { status, error }: Trial): void {
    this.endedCalls += callsOfUnit(this.#plan, method);
    if (status === "done") this.finished++;
    else this.failed++;
    this.failedInARow = error === undefined ? 0 : this.failedInARow + 1;
  }

  figures(): TallyFigures {
    const { planned, finished, failed, resumed, missingCalls, endedCalls } = this;
    return { planned, finished, failed, resumed, missingCalls, endedCalls };
  }
}
