import { type JournalStore, openJournal, type RunDetails } from "../journal/index.ts";
import { InputError } from "./input-error.ts";

export interface RunsFlags {
  journal?: string;
  json?: boolean;
}

/** Commands that look at runs make no journal. @throws {JournalError} if there is none. */
export function openRuns({ journal }: RunsFlags): Promise<JournalStore> {
  return openJournal(journal, { create: false });
}

/** By the whole id, or by its beginning if that is of one run only. @throws {InputError} */
export function findRunId(store: JournalStore, id: string): string {
  const [first, second, third] = store.match(id, 3);
  // Ids come in order, so the one that is no longer than what was typed is the first.
  if (first === id || (first !== undefined && second === undefined)) return first;
  if (first === undefined) {
    throw new InputError(
      `There is no run ${id} in ${store.path}; \`pacore runs list\` shows which there are.`,
    );
  }
  const some = [first, second, ...(third === undefined ? [] : ["…"])].join(", ");
  throw new InputError(`More than one run begins with ${id} (${some}); write more of its id.`);
}

/** @throws {InputError} if no run, or more than one, begins with `id`. */
export function findRun(store: JournalStore, id: string): RunDetails {
  return store.get(findRunId(store, id)) as RunDetails;
}
