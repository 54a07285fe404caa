import { hostname } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import type { RunHeader } from "../core/journal.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { InvalidOptionError } from "../errors.ts";
import { encode } from "./codec.ts";
import { explained, JournalBusyError, JournalError, JournalMismatchError } from "./errors.ts";
import { type OpenFile, openFile } from "./file.ts";
import { defaultJournalPath } from "./location.ts";
import { differencesOf } from "./mismatch.ts";
import { acquireOwner, isDead, type Owner } from "./owner.ts";
import { ALL, Records, type RunRow } from "./records.ts";
import { RunJournal } from "./run-journal.ts";
import { loadSqlite, numberOf, type Sqlite } from "./sqlite.ts";
import { type RunDetails, type RunSummary, summarise } from "./summary.ts";
import { WriteQueue } from "./write-queue.ts";

/** Pages freed in one transaction: others get their turn in between. */
const VACUUM_PAGES = 500;
const MOST_ID_CHARACTERS = 512;

export interface JournalOptions {
  /** Make the file if it is not there. Default: true. */
  create?: boolean;
  /** How long to wait while another process writes. */
  patienceMs?: number;
  /**
   * A record is on the disk before anybody is told of it. Without, it is with the operating system: a killed process
   * loses nothing, a power cut the last moments, and no write waits for the disk. Default: true.
   */
  durable?: boolean;
}

/**
 * Open the journal of finished trajectories at `path`, or create it (its folder too, for this user alone).
 * Several processes may use one journal at the same time, each with its own runs.
 * @throws {JournalError} if what is there is torn, foreign, newer or read-only; it is left as it is.
 */
export async function openJournal(
  path = defaultJournalPath(),
  { create = true, patienceMs = 30_000, durable = true }: JournalOptions = {},
): Promise<JournalStore> {
  const sqlite = await loadSqlite();
  return new JournalStore(sqlite, openFile(sqlite, path, { create, durable }), patienceMs);
}

/** All runs of one journal file. */
export class JournalStore implements AsyncDisposable {
  readonly path: string;
  readonly #sqlite: Sqlite;
  readonly #database: DatabaseSync;
  readonly #records: Records;
  readonly #queue: WriteQueue;
  #owner: Owner | undefined;
  #closing: Promise<void> | undefined;

  constructor(sqlite: Sqlite, { path, database }: OpenFile, patienceMs: number) {
    this.path = path;
    this.#sqlite = sqlite;
    this.#database = database;
    this.#records = new Records(path, database);
    this.#queue = new WriteQueue(path, database, patienceMs);
  }

  /**
   * Start a run, or go on with it. From then on this process alone writes it, until it has a result, or is
   * closed, or the process dies. A finished run is only read, by as many as like.
   * @throws {JournalMismatchError} if the id stands for something else; {@link JournalBusyError} if a live
   *   process has it.
   */
  async run(header: RunHeader): Promise<RunJournal> {
    checkRunId(header.runId);
    // Finished runs cost no transaction: an evaluation of thousands is resumed in seconds.
    const known = this.#read(() => this.#finished(header));
    if (known) return known;
    const json = encode(header);
    return this.#queue.push(() => this.#finished(header) ?? this.#claim(header), json.length);
  }

  #finished(header: RunHeader): RunJournal | undefined {
    const row = this.#records.run(header.runId);
    if (!row || row.result === null) return undefined;
    this.#checkSame(row, header);
    return this.#open(row, false);
  }

  #checkSame(row: RunRow, header: RunHeader): void {
    if (row.fingerprint === header.fingerprint) return;
    const differences = differencesOf(this.#records.header(row), header);
    throw new JournalMismatchError(this.path, header.runId, differences);
  }

  #claim(header: RunHeader): RunJournal {
    const known = this.#records.run(header.runId);
    if (known) {
      this.#checkSame(known, header);
      this.#refuseOwned(known);
    }
    const row = known ?? this.#records.addRun(header);
    this.#owner ??= acquireOwner(this.#sqlite, this.path);
    this.#records.own(row.id, { id: this.#owner.id, pid: process.pid, host: hostname() });
    return this.#open(row, true);
  }

  #open(row: RunRow, owned: boolean): RunJournal {
    const bound = this.#records.lastPayload();
    return new RunJournal({ records: this.#records, queue: this.#queue, row, owned, bound });
  }

  #refuseOwned({ run_id, owner, owner_pid, owner_host }: RunRow): void {
    if (owner === null || !this.#isAlive(owner)) return;
    throw new JournalBusyError(this.path, run_id, { pid: owner_pid ?? 0, host: owner_host ?? "unknown" });
  }

  #isAlive(owner: string): boolean {
    return owner === this.#owner?.id || !isDead(this.#sqlite, this.path, owner);
  }

  #read<T>(work: () => T): T {
    if (this.#closing) throw new JournalError(this.path, "refused", "is closed; open it again to read.");
    return explained(this.path, work);
  }

  /** Newest first. */
  list(): RunSummary[] {
    return this.#read(() => {
      const rows = this.#records.runs();
      const outcomes = Map.groupBy(this.#records.outcomes(), ({ run }) => run);
      const owners = new Set(rows.map(({ owner }) => owner).filter((owner) => owner !== null));
      const alive = new Set([...owners].filter((owner) => this.#isAlive(owner)));
      return rows.map((row) =>
        summarise(row, outcomes.get(row.id) ?? [], row.owner !== null && alive.has(row.owner)),
      );
    });
  }

  get(runId: string): RunDetails | undefined {
    return this.#read(() => {
      const row = this.#records.run(runId);
      if (!row) return undefined;
      const alive = row.owner !== null && this.#isAlive(row.owner);
      const result = this.#records.result(row);
      return {
        ...summarise(row, this.#records.outcomes(row.id), alive),
        header: this.#records.header(row),
        rounds: this.#records.rounds(row.id, ALL),
        ...(result && { result }),
      };
    });
  }

  /** Ids that begin with `prefix`, in order; at most `limit`. */
  match(prefix: string, limit = 100): string[] {
    return this.#read(() => this.#records.runIds(prefix, limit));
  }

  /** All trajectories of a run, one in memory at a time, by round, index, attempt. */
  *trajectories(runId: string): Generator<Trajectory, void, undefined> {
    for (const payload of this.#payloads(runId)) {
      yield this.#read(() => this.#records.read<Trajectory>(payload));
    }
  }

  #payloads(runId: string): number[] {
    return this.#read(() => {
      const row = this.#records.run(runId);
      return row ? this.#records.trajectoryPayloads(row.id, ALL) : [];
    });
  }

  /**
   * A run as NDJSON: one line each, without line ends: the header, trajectories, rounds, the result, told
   * apart by `type`. Bytes are objects `{"$pacore:bytes": base64}`.
   */
  *export(runId: string): Generator<string, void, undefined> {
    const run = this.get(runId);
    if (!run) return;
    yield encode({ type: "run", ...run.header });
    for (const trajectory of this.trajectories(runId)) yield encode({ type: "trajectory", ...trajectory });
    for (const round of run.rounds) yield encode({ type: "round", ...round });
    if (run.result) yield encode({ type: "result", ...run.result });
  }

  /** @returns Whether there was such a run. @throws {JournalBusyError} if a live process has it. */
  delete(runId: string): Promise<boolean> {
    return this.#queue.push(() => {
      const row = this.#records.run(runId);
      if (!row) return false;
      this.#refuseOwned(row);
      this.#records.deleteRun(row);
      return true;
    });
  }

  /** Give the space of deleted runs back to the disk. @returns Bytes given back. */
  async reclaim(): Promise<number> {
    let pages = 0;
    const pageSize = this.#read(() => numberOf(this.#database, "PRAGMA page_size"));
    for (;;) {
      const before = await this.#queue.push(() => numberOf(this.#database, "PRAGMA freelist_count"));
      if (before === 0) break;
      // A statement stepped to its end; in parts, so that others get their turn.
      await this.#queue.push(() =>
        this.#database.prepare(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`).all(),
      );
      pages += Math.min(before, VACUUM_PAGES);
    }
    this.#read(() => this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
    return pages * pageSize;
  }

  /** Everything put before is stored first. Runs without a result are free for another process then. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const owner = this.#owner;
    const disowned = owner && this.#queue.push(() => this.#records.disown(owner.id));
    // If it cannot be written, the lock that goes says the same.
    await disowned?.catch(() => {});
    await this.#queue.close();
    this.#owner?.release();
    this.#database.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Ids are typed, printed and put into URLs; a NUL or half a character would not come back as it went in. */
function checkRunId(runId: string): void {
  const printable = runId.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(runId);
  if (runId.length > 0 && runId.length <= MOST_ID_CHARACTERS && printable) return;
  throw new InvalidOptionError("runId", `use 1 to ${MOST_ID_CHARACTERS} printable characters.`);
}
