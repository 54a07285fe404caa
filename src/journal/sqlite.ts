import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { PacoreError } from "../errors.ts";

export type Sqlite = typeof import("node:sqlite");

let loaded: Promise<Sqlite> | undefined;

/** node:sqlite, loaded when a journal is first opened, and never for those who use none. */
export function loadSqlite(): Promise<Sqlite> {
  loaded ??= import("node:sqlite").catch((cause: unknown) => {
    throw new PacoreError("A journal needs node:sqlite: use Node 22.13 or later, or no journal.", { cause });
  });
  return loaded;
}

/** Open a file that exists. SQLite's own default would create it. */
export function openExisting(
  { DatabaseSync }: Sqlite,
  path: string,
  query: Record<string, string>,
  options: DatabaseSyncOptions = {},
): DatabaseSync {
  const url = pathToFileURL(path);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return new DatabaseSync(url, options);
}

/** One number that a PRAGMA or a query returns. */
export function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
