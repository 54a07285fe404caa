import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import {
  damaged,
  explain,
  foreign,
  JournalError,
  SQLITE_BUSY,
  SQLITE_CORRUPT,
  sqliteCode,
} from "./errors.ts";
import { APPLICATION_ID, CREATE, SCHEMA_VERSION } from "./schema.ts";
import { numberOf, openExisting, type Sqlite } from "./sqlite.ts";

/** While opening, another process may be recovering a long log. */
const OPEN_BUSY_MS = 5000;
/** Later the event loop waits as long, so not long; writes are tried again without blocking it. */
const BUSY_MS = 50;

const SMALLEST_PAGE = 512;

export interface OpenFile {
  /** With symbolic links resolved: two names of one journal must mean the same owners. */
  path: string;
  database: DatabaseSync;
}

export interface OpenFileOptions {
  create: boolean;
  durable: boolean;
}

/**
 * Open a journal's file, or create it. Whatever else is at the path stays byte for byte as it is.
 * @throws {JournalError}
 */
export function openFile(sqlite: Sqlite, given: string, { create, durable }: OpenFileOptions): OpenFile {
  const wanted = resolve(given);
  try {
    if (!existsSync(wanted)) {
      if (!create) throw new JournalError(wanted, "missing", "does not exist; check --journal.");
      createFile(sqlite, wanted);
    }
    const path = realpathSync(wanted);
    checkIdentity(sqlite, path);
    return { path, database: openChecked(sqlite, path, durable) };
  } catch (error) {
    throw explainOpening(wanted, error);
  }
}

function explainOpening(path: string, error: unknown): unknown {
  if (error instanceof JournalError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || code === "ERR_SQLITE_ERROR") return explain(path, error);
  const what = `cannot be opened (${message}); check its folder, or name another place with --journal.`;
  return new JournalError(path, "io", what, { cause: error });
}

/**
 * The file appears at its path complete or not at all: a process killed while creating it leaves nothing
 * that would have to be told apart from a torn journal.
 */
function createFile(sqlite: Sqlite, path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  refuseLeftovers(path);
  const draft = `${path}-new-${randomUUID()}`;
  closeSync(openSync(draft, "wx", 0o600));
  try {
    const database = openExisting(sqlite, draft, { mode: "rw" });
    try {
      database.exec(CREATE);
    } finally {
      database.close();
    }
    place(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Without its database, SQLite would replay an old log into a new file, and spoil both. */
function refuseLeftovers(path: string): void {
  for (const leftover of [`${path}-wal`, `${path}-journal`]) {
    if (!existsSync(leftover) || existsSync(path)) continue;
    const what = `is missing, but its log ${leftover} is there; put the journal back or move the log away.`;
    throw new JournalError(path, "damaged", what);
  }
}

function place(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    // Another process was faster: its journal is as good as ours.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    // Some file systems have no hard links.
    if (existsSync(path)) return;
    renameSync(draft, path);
  }
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * Tell what the file is without touching it: an immutable connection takes no locks and makes no files beside
 * it. (Reading it through `fs` would drop the locks of other connections in this process.)
 */
function checkIdentity(sqlite: Sqlite, path: string): void {
  // SQLite takes anything shorter than a page for a new database, and would write into it.
  if (statSync(path).size < SMALLEST_PAGE) throw damaged(path, "it is too short");
  const probe = openExisting(sqlite, path, { immutable: "1" }, { readOnly: true });
  try {
    checkNumbers(path, probe);
  } catch (error) {
    // A journal whose last process died while writing back its log can look torn until the log is read.
    if (sqliteCode(error) !== SQLITE_CORRUPT || !existsSync(`${path}-wal`)) throw error;
  } finally {
    probe.close();
  }
}

function checkNumbers(path: string, database: DatabaseSync): void {
  if (numberOf(database, "PRAGMA application_id") !== APPLICATION_ID) throw foreign(path);
  const version = numberOf(database, "PRAGMA user_version");
  if (version <= SCHEMA_VERSION) return;
  const what = `was written by a newer pacore (format ${version}, this one knows ${SCHEMA_VERSION}); update.`;
  throw new JournalError(path, "newer", what);
}

function openChecked(sqlite: Sqlite, path: string, durable: boolean): DatabaseSync {
  const database = openExisting(sqlite, path, { mode: "rw" });
  try {
    database.exec(`PRAGMA busy_timeout = ${OPEN_BUSY_MS}`);
    checkNumbers(path, database);
    const [mode] = Object.values(database.prepare("PRAGMA journal_mode = WAL").get() ?? {});
    if (mode !== "wal") {
      const what =
        "is on a file system that cannot hold it (a network share?); use --journal for a local disk.";
      throw new JournalError(path, "io", what);
    }
    checkWritable(database);
    // FULL: a commit is on the disk before anybody is told. Deleted prompts are overwritten, not only unlinked.
    const synchronous = durable ? "FULL" : "NORMAL";
    database.exec(
      `PRAGMA synchronous = ${synchronous}; PRAGMA secure_delete = ON; PRAGMA busy_timeout = ${BUSY_MS}`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite falls back to reading where it may not write, and would say so only when something is lost. */
function checkWritable(database: DatabaseSync): void {
  try {
    database.exec("BEGIN IMMEDIATE; ROLLBACK");
  } catch (error) {
    if (sqliteCode(error) !== SQLITE_BUSY) throw error;
  }
}
