/** In the file's header (bytes 68–71, "PaCo"): tells a journal from any other SQLite file. */
export const APPLICATION_ID = 0x5061436f;

/** Raised with every change of the tables. */
export const SCHEMA_VERSION = 1;

/**
 * All large texts are in `payloads`, so that the other tables stay small enough to be counted and listed
 * without reading a single trajectory. `runs.id` is never given twice, for rows point to it.
 * A run that is finished has a result and no owner.
 */
const TABLES = `
  CREATE TABLE payloads (id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    model TEXT NOT NULL,
    widths TEXT NOT NULL,
    title TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    owner TEXT,
    owner_pid INTEGER,
    owner_host TEXT,
    header INTEGER NOT NULL REFERENCES payloads (id),
    result INTEGER REFERENCES payloads (id)
  ) STRICT;
  CREATE INDEX runs_owner ON runs (owner) WHERE owner IS NOT NULL;
  CREATE TABLE trajectories (
    run INTEGER NOT NULL REFERENCES runs (id),
    round INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    payload INTEGER NOT NULL,
    PRIMARY KEY (run, round, idx, attempt)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rounds (
    run INTEGER NOT NULL REFERENCES runs (id),
    round INTEGER NOT NULL,
    payload INTEGER NOT NULL,
    PRIMARY KEY (run, round)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Page size and vacuum mode must come before the first table. 16 KiB pages: trajectories are 20 to 500 KB.
 * Incremental vacuum, so that what is deleted can be given back to the disk.
 */
export const CREATE = `
  PRAGMA page_size = 16384;
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  BEGIN;
  ${TABLES}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  COMMIT;
`;
