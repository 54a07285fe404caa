/** In the file's header ("PaEv"): tells an evaluation from any other SQLite file. */
export const APPLICATION_ID = 0x50614576;
export const SCHEMA_VERSION = 1;

/**
 * Texts are in `payloads`, so that totals and trials can be read without them. A trial has figures alone:
 * reports and resuming read nothing else.
 */
export const TABLES = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
  CREATE TABLE problems (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL) STRICT;
  CREATE TABLE payloads (id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
  CREATE TABLE trajectories (
    problem INTEGER NOT NULL,
    method TEXT NOT NULL,
    repetition INTEGER NOT NULL,
    round INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    payload INTEGER NOT NULL,
    PRIMARY KEY (problem, method, repetition, round, idx, attempt)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rounds (
    problem INTEGER NOT NULL,
    method TEXT NOT NULL,
    repetition INTEGER NOT NULL,
    round INTEGER NOT NULL,
    payload INTEGER NOT NULL,
    PRIMARY KEY (problem, method, repetition, round)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE trials (
    problem INTEGER NOT NULL,
    method TEXT NOT NULL,
    repetition INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (problem, method, repetition)
  ) STRICT, WITHOUT ROWID;
`;
