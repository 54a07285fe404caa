import type { TrialCost } from "./trial.ts";

/** Costs of many trials, added up. */
export class CostSum {
  calls = 0;
  cutOffCalls = 0;
  input = 0;
  cachedInput = 0;
  output = 0;
  wasted = 0;

  add(cost: TrialCost): void {
    this.calls += cost.calls;
    this.cutOffCalls += cost.cutOffCalls;
    this.input += cost.input;
    this.cachedInput += cost.cachedInput;
    this.output += cost.output;
    this.wasted += cost.wasted;
  }

  get cutOffRate(): number {
    return this.cutOffCalls / Math.max(1, this.calls);
  }
}
