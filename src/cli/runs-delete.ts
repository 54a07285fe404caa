import type { JournalStore } from "../journal/index.ts";
import { InputError } from "./input-error.ts";
import { findRunId, openRuns, type RunsFlags } from "./runs-find.ts";
import { type RunsIo, writeLines } from "./runs-io.ts";

export interface DeleteFlags extends RunsFlags {
  allFinished?: boolean;
}

/** Deleted in one transaction; more would keep other processes waiting. */
const AT_ONCE = 100;

/** `pacore runs delete`: nothing is deleted unless every id is one of a run. */
export async function deleteRuns({ stdout }: RunsIo, given: string[], flags: DeleteFlags): Promise<void> {
  if (given.length === 0 && !flags.allFinished) {
    throw new InputError("Name the runs to delete, or write --all-finished.");
  }
  await using store = await openRuns(flags);
  const named = given.map((id) => findRunId(store, id));
  const ids = [...new Set([...named, ...(flags.allFinished ? finishedIds(store) : [])])];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => store.delete(id)));
  }
  const bytes = await store.reclaim();
  if (flags.json) return writeLines(stdout, [JSON.stringify({ deleted: ids, bytes })]);
  const megabytes = (bytes / 1e6).toFixed(1);
  const lines = ids.length > 20 ? [] : ids.map((id) => `deleted ${id}`);
  const runs = ids.length === 1 ? "1 run" : `${ids.length} runs`;
  await writeLines(stdout, [...lines, `${runs} deleted, ${megabytes} MB given back to the disk`]);
}

function finishedIds(store: JournalStore): string[] {
  return store
    .list()
    .filter(({ state }) => state === "finished")
    .map(({ runId }) => runId);
}
