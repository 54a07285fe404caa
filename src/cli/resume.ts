import type { RunHeader } from "../core/journal.ts";
import type { ExitCode } from "./exit-codes.ts";
import { withJsonErrors } from "./json-errors.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { runPlan } from "./run-plan.ts";
import type { LimitFlags, OutputFlags } from "./solve-flags.ts";
import { planFrom } from "./solve-plan.ts";

export type ResumeFlags = LimitFlags & OutputFlags;

/** `pacore runs resume`: go on with a run as it was started; limits may be others. */
export function resumeRunCommand(id: string, flags: ResumeFlags): Promise<ExitCode> {
  return withJsonErrors(flags.json, async () => {
    const header = await findHeader(id, typeof flags.journal === "string" ? flags.journal : undefined);
    const { plan, limits } = planFrom(header);
    const merged: Limits = { ...(limits as Limits), ...(await limitsOf(flags, plan.model)) };
    return runPlan({ runId: header.runId, plan, limits: merged, output: flags });
  });
}

async function findHeader(id: string, journal: string | undefined): Promise<RunHeader> {
  const { findRun, openRuns } = await import("./runs-find.ts");
  await using store = await openRuns(journal === undefined ? {} : { journal });
  return findRun(store, id).header;
}
