import { randomUUID } from "node:crypto";
import type { ExitCode } from "./exit-codes.ts";
import { withJsonErrors } from "./json-errors.ts";
import { limitsOf } from "./limits.ts";
import { runPlan } from "./run-plan.ts";
import type { SolveFlags } from "./solve-flags.ts";
import { planOf } from "./solve-plan.ts";

/** `pacore solve` */
export function solveCommand(problem: string | undefined, flags: SolveFlags): Promise<ExitCode> {
  return withJsonErrors(flags.json, async () => {
    const plan = await planOf(problem, flags, process.stdin);
    const limits = await limitsOf(flags, plan.model);
    return runPlan({ runId: flags.runId ?? randomUUID(), plan, limits, output: flags });
  });
}
