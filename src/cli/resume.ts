import type { RunHeader } from "../core/journal.ts";
import type { ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { runPlan } from "./run-plan.ts";
import type { LimitFlags, OutputFlags } from "./solve-flags.ts";
import { planFrom } from "./solve-plan.ts";

export type ResumeFlags = LimitFlags & OutputFlags;

/** `pacore runs resume`: go on with a run as it was started; limits may be others. */
export async function resumeRunCommand(id: string, flags: ResumeFlags): Promise<ExitCode> {
  const header = await findHeader(id, typeof flags.journal === "string" ? flags.journal : undefined);
  const { plan, limits } = planFrom(header);
  const merged: Limits = { ...(limits as Limits), ...(await limitsOf(flags, plan.model)) };
  return runPlan({ runId: header.runId, plan, limits: merged, output: flags });
}

/** By the whole id, or by its beginning if that is of one run only. */
async function findHeader(id: string, path: string | undefined): Promise<RunHeader> {
  const { openJournal } = await import("../journal/index.ts");
  await using store = await openJournal(path, { create: false });
  const found = store.get(id) ?? store.get(onlyMatch(store.match(id, 3), id, store.path));
  return (found as NonNullable<typeof found>).header;
}

function onlyMatch(ids: readonly string[], id: string, path: string): string {
  const [only, second] = ids;
  if (only !== undefined && second === undefined) return only;
  if (only === undefined) {
    throw new InputError(`There is no run ${id} in ${path}; \`pacore runs list\` shows which there are.`);
  }
  throw new InputError(`More than one run begins with ${id}; write more of its id.`);
}
