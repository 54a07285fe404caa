import { hostname } from "node:os";
import { PacoreError } from "../errors.ts";

/**
 * Why a journal could not be used.
 * - `damaged`: torn, truncated, or a record that cannot be read
 * - `foreign`: not a journal of ours
 * - `newer`: written by a later version
 * - `missing`: not there, and not to be created
 * - `read-only`, `full`, `locked`, `io`: what the disk or another writer said
 * - `refused`: the records themselves contradict what is asked
 */
export type JournalFault =
  | "damaged"
  | "foreign"
  | "newer"
  | "missing"
  | "read-only"
  | "full"
  | "locked"
  | "io"
  | "refused";

/** The journal at `path` could not be opened, read or written. Nothing in it was changed by the failure. */
export class JournalError extends PacoreError {
  override name = "JournalError";
  readonly path: string;
  readonly fault: JournalFault;

  constructor(path: string, fault: JournalFault, problem: string, options?: ErrorOptions) {
    super(`The journal ${path} ${problem}`, options);
    this.path = path;
    this.fault = fault;
  }
}

/** The run is being written by a live process, this one included. */
export class JournalBusyError extends JournalError {
  override name = "JournalBusyError";
  readonly runId: string;
  readonly pid: number;
  readonly host: string;

  constructor(path: string, runId: string, { pid, host }: { pid: number; host: string }) {
    const who = pid === process.pid && host === hostname() ? "this process" : `process ${pid} on ${host}`;
    super(path, "locked", `has run ${runId} open in ${who}; wait until it ends, or use another run id.`);
    this.runId = runId;
    this.pid = pid;
    this.host = host;
  }
}

/** The run id stands for another problem, model or setting. */
export class JournalMismatchError extends JournalError {
  override name = "JournalMismatchError";
  readonly runId: string;
  /** What differs: fields of the header, settings by name. */
  readonly differences: readonly string[];

  constructor(path: string, runId: string, differences: readonly string[]) {
    super(
      path,
      "refused",
      `has run ${runId} with another ${differences.join("; ")}. ` +
        "Resume it as it was started, or use another run id.",
    );
    this.runId = runId;
    this.differences = differences;
  }
}

const MOVE_AWAY =
  "Move it away (with its -wal and -shm files, if there are any) or name another place with --journal.";

/** What SQLite's primary result codes mean to a user (https://sqlite.org/rescode.html). */
const FAULTS: Record<number, [JournalFault, string]> = {
  5: ["locked", "is locked by another process; try again."],
  8: ["read-only", "is read-only; make it writable or name another place with --journal."],
  10: ["io", "could not be read or written; check the disk, or name another place with --journal."],
  11: ["damaged", `is damaged, and was left as it is. ${MOVE_AWAY}`],
  13: ["full", "cannot grow: the disk is full. Make room and run again; what was stored is kept."],
  14: ["io", "cannot be opened; check that its folder exists and may be written."],
  19: ["refused", "refused the record; was its run deleted meanwhile?"],
  26: ["foreign", `is not a journal, and was left as it is. ${MOVE_AWAY}`],
};

export const foreign = (path: string) =>
  new JournalError(path, "foreign", `belongs to another program, and was left as it is. ${MOVE_AWAY}`);

export const damaged = (path: string, what: string, cause?: unknown) =>
  new JournalError(path, "damaged", `is damaged (${what}), and was left as it is. ${MOVE_AWAY}`, { cause });

/** The primary code of an error thrown by node:sqlite, else undefined. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_CANTOPEN = 14;

/** SQLite's errors with the path and what to do; all others as they are. */
export function explain(path: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const known = FAULTS[code];
  if (known) return new JournalError(path, ...known, { cause: error });
  // A statement that does not fit the tables: they are not what our version number says.
  if (code === 1) return damaged(path, (error as Error).message, error);
  return new JournalError(path, "io", `failed: ${(error as Error).message}.`, { cause: error });
}

/** Run `work`, its SQLite errors explained. */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(path, error);
  }
}
