import type { DatabaseSync } from "node:sqlite";
import { explain, JournalError, SQLITE_BUSY, sqliteCode } from "./errors.ts";

/** A larger transaction would hold up the event loop for too long; the rest goes into the next turn. */
const MOST_BYTES = 4 << 20;
const RETRY_MS = 10;

interface Write {
  bytes: number;
  apply: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

type Outcome = { value: unknown } | { error: unknown };

/**
 * Group commit: all writes of one turn of the event loop share one transaction, for it is the wait for the
 * disk that costs. A promise is settled only after the commit, and tells of its own write alone.
 */
export class WriteQueue {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #patienceMs: number;
  #waiting: Write[] = [];
  #scheduled = false;
  #closed = false;
  #busySince: number | undefined;

  /** @param patienceMs How long another process may keep the journal locked before writes fail. */
  constructor(path: string, database: DatabaseSync, patienceMs: number) {
    this.#path = path;
    this.#database = database;
    this.#patienceMs = patienceMs;
  }

  /** @param apply Does its work with the database alone, for it may be run twice. */
  push<T>(apply: () => T, bytes = 0): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new JournalError(this.#path, "refused", "is closed; open it again to write."));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ bytes, apply, resolve: resolve as Write["resolve"], reject });
      this.#schedule();
    });
  }

  /** Accepts nothing more; resolves when everything accepted is settled. */
  async close(): Promise<void> {
    const last = this.push(() => {});
    this.#closed = true;
    await last.catch(() => {});
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const batch = this.#take();
    if (this.#begin(batch)) {
      settle(batch, this.#commit(batch));
      this.#schedule();
    }
  }

  #take(): Write[] {
    let bytes = 0;
    let count = 0;
    for (const write of this.#waiting) {
      bytes += write.bytes;
      if (count > 0 && bytes > MOST_BYTES) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  #begin(batch: Write[]): boolean {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      this.#busySince = undefined;
      return true;
    } catch (error) {
      this.#busySince ??= Date.now();
      if (sqliteCode(error) === SQLITE_BUSY && Date.now() - this.#busySince < this.#patienceMs) {
        this.#waiting.unshift(...batch);
        this.#scheduled = true;
        setTimeout(() => this.#flush(), RETRY_MS);
        return false;
      }
      this.#busySince = undefined;
      settle(batch, failAll(batch, explain(this.#path, error)));
      this.#schedule();
      return false;
    }
  }

  /** In a transaction already. If it fails as a whole (a full disk), each write gets one of its own. */
  #commit(batch: Write[]): Outcome[] {
    try {
      const outcomes = batch.map((write) => this.#apply(write));
      this.#database.exec("COMMIT");
      return outcomes;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      if (batch.length === 1) return failAll(batch, explain(this.#path, error));
      return batch.flatMap((write) => this.#alone(write));
    }
  }

  #alone(write: Write): Outcome[] {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
    } catch (error) {
      return failAll([write], explain(this.#path, error));
    }
    return this.#commit([write]);
  }

  /** One write fails alone: what it had done is undone, the others of the transaction stay. */
  #apply({ apply }: Write): Outcome {
    const database = this.#database;
    database.exec("SAVEPOINT one");
    try {
      const value = apply();
      database.exec("RELEASE one");
      return { value };
    } catch (error) {
      if (!database.isTransaction) throw error;
      database.exec("ROLLBACK TO one; RELEASE one");
      return { error: explain(this.#path, error) };
    }
  }
}

const failAll = (batch: Write[], error: unknown): Outcome[] => batch.map(() => ({ error }));

function settle(batch: Write[], outcomes: Outcome[]): void {
  for (const [i, { resolve, reject }] of batch.entries()) {
    const outcome = outcomes[i] as Outcome;
    if ("error" in outcome) reject(outcome.error);
    else resolve(outcome.value);
  }
}
