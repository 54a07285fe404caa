export { decode as decodeRecord, encode as encodeRecord } from "./codec.ts";
export { JournalBusyError, JournalError, type JournalFault, JournalMismatchError } from "./errors.ts";
export { defaultJournalPath } from "./location.ts";
export { RunJournal } from "./run-journal.ts";
export { type JournalOptions, JournalStore, openJournal } from "./store.ts";
export type { RunDetails, RunState, RunSummary } from "./summary.ts";
