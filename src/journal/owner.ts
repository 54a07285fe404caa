import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, unlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SQLITE_BUSY, SQLITE_CANTOPEN, sqliteCode } from "./errors.ts";
import { openExisting, type Sqlite } from "./sqlite.ts";

// Who is alive is decided by the kernel: every writing process keeps a lock on a file of its own beside the
// journal, and the kernel drops it when the process dies, however it dies. Process ids would not do: they are
// used again, and mean nothing in another container that shares the journal. Node has no file locks but
// SQLite's, so the file is an (empty) database in an exclusive transaction.
//
// The file must never be opened and closed by other means in this process: POSIX would drop the lock.

/** Long enough for another process that only looks whether we are alive, and holds the lock to do so. */
const LOOK_MS = 50;

export interface Owner {
  readonly id: string;
  /** The process no longer owns anything. */
  release(): void;
}

const prefixOf = (journal: string) => `${basename(journal)}-owner-`;
const fileOf = (journal: string, id: string) => `${journal}-owner-${id}`;

/** Become an owner, and clear away what dead ones left. */
export function acquireOwner(sqlite: Sqlite, journal: string): Owner {
  removeDead(sqlite, journal);
  for (;;) {
    const id = randomUUID();
    const path = fileOf(journal, id);
    closeSync(openSync(path, "wx", 0o600));
    const lock = openExisting(sqlite, path, { mode: "rw" });
    begin(lock, LOOK_MS * 10);
    // Between creation and lock another process may have taken the file for a dead one's and removed it.
    if (existsSync(path)) return { id, release: () => discard(lock, path) };
    lock.close();
  }
}

/** Whether the owner died (or released everything); if so, its file is gone afterwards. */
export function isDead(sqlite: Sqlite, journal: string, id: string, patienceMs = LOOK_MS): boolean {
  const path = fileOf(journal, id);
  let lock: DatabaseSync | undefined;
  try {
    lock = openExisting(sqlite, path, { mode: "rw" });
    begin(lock, patienceMs);
  } catch (error) {
    lock?.close();
    const code = sqliteCode(error);
    if (code === SQLITE_BUSY) return false;
    if (code === SQLITE_CANTOPEN && !existsSync(path)) return true;
    throw error;
  }
  discard(lock, path);
  return true;
}

/** Nothing is ever written; without MEMORY there would be an empty rollback journal beside each file. */
function begin(lock: DatabaseSync, patienceMs: number): void {
  lock.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`);
}

/** Unlinked while the lock is held, so that nobody can lock a file that is about to go. */
function discard(lock: DatabaseSync, path: string): void {
  const removed = remove(path);
  lock.close();
  // Windows does not remove open files; there, nobody else's open file can be removed either.
  if (!removed) remove(path);
}

function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function removeDead(sqlite: Sqlite, journal: string): void {
  const prefix = prefixOf(journal);
  for (const name of readdirSync(dirname(journal))) {
    if (!name.startsWith(prefix)) continue;
    try {
      isDead(sqlite, journal, name.slice(prefix.length), 0);
    } catch {
      // Another user's, or no lock file at all: tidying up is not worth failing for.
    }
  }
}
