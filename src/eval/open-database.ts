import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { explain, foreign, JournalError, SQLITE_BUSY, sqliteCode } from "../journal/errors.ts";
import { numberOf, type Sqlite } from "../journal/sqlite.ts";
import { APPLICATION_ID, SCHEMA_VERSION, TABLES } from "./store-schema.ts";

/** Open or create an evaluation's file and keep it to this process; whatever else is there is left as it is. */
export function openDatabase(
  { DatabaseSync }: Sqlite,
  path: string,
  { create }: { create: boolean },
): DatabaseSync {
  if (!create && !existsSync(path)) {
    throw new JournalError(path, "missing", "does not exist; name the folder that pacore eval wrote to.");
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    const id = numberOf(database, "PRAGMA application_id");
    const empty = numberOf(database, "SELECT count(*) FROM sqlite_schema") === 0;
    if (id !== APPLICATION_ID && !(id === 0 && empty)) throw foreign(path);
    own(database);
    if (empty) createTables(database);
    const version = numberOf(database, "PRAGMA user_version");
    if (version > SCHEMA_VERSION)
      throw new JournalError(path, "newer", "was written by a newer pacore; update.");
    return database;
  } catch (error) {
    database?.close();
    if (sqliteCode(error) === SQLITE_BUSY) {
      throw new JournalError(
        path,
        "locked",
        "is in use by another evaluation; wait for it, or use another --out.",
        { cause: error },
      );
    }
    throw explain(path, error);
  }
}

/** The lock is the kernel's and is held until the process ends; FULL: what is told is on the disk. */
function own(database: DatabaseSync): void {
  database.exec(`
    PRAGMA busy_timeout = 500;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA page_size = 16384;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    BEGIN IMMEDIATE; COMMIT;
  `);
}

function createTables(database: DatabaseSync): void {
  database.exec(`
    BEGIN;
    ${TABLES}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `);
}
