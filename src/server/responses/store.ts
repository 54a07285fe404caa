import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PacoreError } from "../../errors.ts";
import { loadSqlite } from "../../journal/sqlite.ts";
import type { Spending, SpendingStore } from "../auth/allowance.ts";
import type { ResponseObject } from "./response-object.ts";
import type { InputItem, ResponseRequest } from "./schema.ts";

export interface StoredResponse {
  id: string;
  keyId: string;
  background: boolean;
  /** As asked, with `input` in full: earlier turns included. */
  request: ResponseRequest;
  input: InputItem[];
  response: ResponseObject;
}

/** The file is there, but it is not one of ours. */
export class ResponseStoreError extends PacoreError {
  override name = "ResponseStoreError";
}

/** Without a file the oldest have to go. */
const MOST_IN_MEMORY = 1000;
const MOST_CHARACTERS_IN_MEMORY = 128 * 1024 * 1024;

const APPLICATION_ID = 0x70637270;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS responses (
    id TEXT PRIMARY KEY, key_id TEXT NOT NULL, created_at INTEGER NOT NULL, status TEXT NOT NULL,
    background INTEGER NOT NULL, request TEXT NOT NULL, input TEXT NOT NULL, response TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS responses_by_age ON responses (created_at);
  CREATE TABLE IF NOT EXISTS events (
    response_id TEXT NOT NULL, sequence INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (response_id, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS idempotency (
    key_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, body_hash TEXT NOT NULL, response_id TEXT NOT NULL,
    PRIMARY KEY (key_id, idempotency_key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spending (
    key_id TEXT NOT NULL, day TEXT NOT NULL, tokens REAL NOT NULL, money REAL NOT NULL,
    PRIMARY KEY (key_id, day)
  ) STRICT, WITHOUT ROWID;`;

const SQL = {
  put: `INSERT INTO responses (id, key_id, created_at, status, background, request, input, response)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, response = excluded.response`,
  get: "SELECT * FROM responses WHERE id = ?",
  unfinished: "SELECT * FROM responses WHERE background = 1 AND status IN ('queued', 'in_progress')",
  old: "SELECT id FROM responses WHERE created_at < ? AND status NOT IN ('queued', 'in_progress') LIMIT 1000",
  surplus: `SELECT id FROM (
              SELECT id, status, row_number() OVER newest AS number,
                sum(length(request) + length(input) + length(response)) OVER newest AS size
              FROM responses WINDOW newest AS (ORDER BY created_at DESC, rowid DESC)
            ) WHERE (number > ? OR size > ?) AND status NOT IN ('queued', 'in_progress')`,
  delete: "DELETE FROM responses WHERE id = ?",
  deleteEvents: "DELETE FROM events WHERE response_id = ?",
  deleteClaims: "DELETE FROM idempotency WHERE response_id = ?",
  addEvent: "INSERT INTO events (response_id, sequence, json) VALUES (?, ?, ?)",
  events: "SELECT json FROM events WHERE response_id = ? AND sequence > ? ORDER BY sequence",
  claim: "INSERT INTO idempotency (key_id, idempotency_key, body_hash, response_id) VALUES (?, ?, ?, ?)",
  claimed: "SELECT body_hash, response_id FROM idempotency WHERE key_id = ? AND idempotency_key = ?",
  spending: "SELECT tokens, money FROM spending WHERE key_id = ? AND day = ?",
  spend: `INSERT INTO spending (key_id, day, tokens, money) VALUES (?, ?, ?, ?)
          ON CONFLICT (key_id, day) DO UPDATE SET tokens = excluded.tokens, money = excluded.money`,
} as const;

interface Row {
  id: string;
  key_id: string;
  background: number;
  request: string;
  input: string;
  response: string;
}

/**
 * Responses and their events, and what keys spent: beside the journal, which holds the runs themselves. Without
 * a path it lasts as long as the process.
 */
export class ResponseStore implements SpendingStore {
  readonly #database: DatabaseSync;
  readonly #inMemory: boolean;
  readonly #statements: { [K in keyof typeof SQL]: StatementSync };

  private constructor(database: DatabaseSync, inMemory: boolean) {
    this.#database = database;
    this.#inMemory = inMemory;
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared);
  }

  /** @throws {ResponseStoreError} if the file is something else; it is left as it is. */
  static async open(path: string | undefined): Promise<ResponseStore> {
    const { DatabaseSync } = await loadSqlite();
    if (path !== undefined) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path ?? ":memory:");
    try {
      database.exec("PRAGMA busy_timeout = 10000");
      const { application_id } = database.prepare("PRAGMA application_id").get() as {
        application_id: number;
      };
      const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as {
        tables: number;
      };
      if (tables > 0 && application_id !== APPLICATION_ID) throw new Error("it belongs to another program");
      // A killed process loses nothing that was committed; only a power cut may lose the last moments.
      database.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`,
      );
      database.exec(SCHEMA);
      // Left by runs that failed or were not to be stored.
      database.exec("DELETE FROM idempotency WHERE response_id NOT IN (SELECT id FROM responses)");
      if (path !== undefined) chmodSync(path, 0o600);
      return new ResponseStore(database, path === undefined);
    } catch (error) {
      database.close();
      throw new ResponseStoreError(
        `The file of responses ${path} cannot be used (${(error as Error).message}); move it away, or name another place with --journal.`,
        { cause: error },
      );
    }
  }

  put({ id, keyId, background, request, input, response }: StoredResponse): void {
    const texts = [JSON.stringify(request), JSON.stringify(input), JSON.stringify(response)] as const;
    this.#statements.put.run(id, keyId, Date.now(), response.status, background ? 1 : 0, ...texts);
    if (!this.#inMemory) return;
    const surplus = this.#statements.surplus.all(MOST_IN_MEMORY, MOST_CHARACTERS_IN_MEMORY) as {
      id: string;
    }[];
    for (const { id } of surplus) this.#remove(id);
  }

  get(id: string): StoredResponse | undefined {
    const row = this.#statements.get.get(id) as Row | undefined;
    return row && read(row);
  }

  /** Background responses whose run has not ended. */
  unfinished(): StoredResponse[] {
    return (this.#statements.unfinished.all() as unknown as Row[]).map(read);
  }

  /** Events and what they made of the response, at once: who sees one has the other. */
  addEvents(
    id: string,
    events: readonly { sequence: number; json: string }[],
    response?: StoredResponse,
  ): void {
    this.#transaction(() => {
      for (const { sequence, json } of events) this.#statements.addEvent.run(id, sequence, json);
      if (response) this.put(response);
    });
  }

  /** JSON of the events after `sequence`, in order. */
  events(id: string, sequence = -1): string[] {
    return (this.#statements.events.all(id, sequence) as { json: string }[]).map(({ json }) => json);
  }

  delete(id: string): boolean {
    return this.#transaction(() => this.#remove(id));
  }

  #remove(id: string): boolean {
    this.#statements.deleteEvents.run(id);
    this.#statements.deleteClaims.run(id);
    return Number(this.#statements.delete.run(id).changes) > 0;
  }

  /** Forget finished responses from before `time`. @returns their ids. */
  forget(time: number): string[] {
    const ids = (this.#statements.old.all(time) as { id: string }[]).map(({ id }) => id);
    for (const id of ids) this.delete(id);
    return ids;
  }

  claim(keyId: string, idempotencyKey: string, bodyHash: string, responseId: string): void {
    this.#statements.claim.run(keyId, idempotencyKey, bodyHash, responseId);
  }

  claimed(keyId: string, idempotencyKey: string): { bodyHash: string; responseId: string } | undefined {
    const row = this.#statements.claimed.get(keyId, idempotencyKey) as
      | { body_hash: string; response_id: string }
      | undefined;
    return row && { bodyHash: row.body_hash, responseId: row.response_id };
  }

  unclaim(responseId: string): void {
    this.#statements.deleteClaims.run(responseId);
  }

  load(keyId: string, day: string): Spending {
    const row = this.#statements.spending.get(keyId, day) as Spending | undefined;
    return row ? { tokens: row.tokens, money: row.money } : { tokens: 0, money: 0 };
  }

  save(keyId: string, day: string, { tokens, money }: Spending): void {
    this.#statements.spend.run(keyId, day, tokens, money);
  }

  close(): void {
    this.#database.close();
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function read(row: Row): StoredResponse {
  return {
    id: row.id,
    keyId: row.key_id,
    background: row.background === 1,
    request: JSON.parse(row.request),
    input: JSON.parse(row.input),
    response: JSON.parse(row.response),
  };
}
