import { findRunId, openRuns, type RunsFlags } from "./runs-find.ts";
import { type RunsIo, writeLines } from "./runs-io.ts";

/** `pacore runs export`: everything of a run, a line of JSON each. */
export async function exportRun({ stdout }: RunsIo, id: string, flags: RunsFlags): Promise<void> {
  await using store = await openRuns(flags);
  await writeLines(stdout, store.export(findRunId(store, id)));
}
