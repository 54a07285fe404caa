import type { Journal, RoundRecord, RunHeader } from "../core/journal.ts";
import type { SolveResult } from "../core/result.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { encode } from "./codec.ts";
import { explained, JournalError } from "./errors.ts";
import type { Records, RunRow } from "./records.ts";
import type { WriteQueue } from "./write-queue.ts";

interface Parts {
  records: Records;
  queue: WriteQueue;
  row: RunRow;
  /** Whether this process owns the run: one that was finished before is only read. */
  owned: boolean;
  /** The last payload of earlier lives. */
  bound: number;
}

/** One run, open for reading and (unless it was finished already) for writing by this process alone. */
export class RunJournal implements Journal, AsyncDisposable {
  readonly runId: string;
  readonly #parts: Parts;
  #writable: boolean;
  #finished: boolean;
  #earlier: readonly Trajectory[] | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.runId = parts.row.run_id;
    this.#writable = parts.owned;
    this.#finished = parts.row.result !== null;
  }

  /** As stored when the run was first started. */
  header(): RunHeader {
    const { records, row } = this.#parts;
    return explained(records.path, () => records.header(row));
  }

  trajectories(): readonly Trajectory[] {
    const { records, row, bound } = this.#parts;
    this.#earlier ??= explained(records.path, () =>
      records.trajectoryPayloads(row.id, bound).map((payload) => records.read<Trajectory>(payload)),
    );
    return this.#earlier;
  }

  rounds(): readonly RoundRecord[] {
    const { records, row, bound } = this.#parts;
    return explained(records.path, () => records.rounds(row.id, bound));
  }

  /** Also of this life, once it is stored. */
  result(): SolveResult | undefined {
    const { records } = this.#parts;
    return explained(records.path, () => {
      const row = records.run(this.runId);
      return row && records.result(row);
    });
  }

  async putTrajectory(trajectory: Trajectory): Promise<void> {
    const { records, row } = this.#parts;
    await this.#put(trajectory, (json) => records.putTrajectory(row, trajectory, json));
  }

  async putRound(record: RoundRecord): Promise<void> {
    const { records, row } = this.#parts;
    await this.#put(record, (json) => records.putRound(row, record.round, json));
  }

  /** The run is finished then, and free for others to read; calls that end later can still be booked. */
  async putResult(result: SolveResult): Promise<void> {
    const { records, row } = this.#parts;
    await this.#put(result, (json) => records.putResult(row, json, Date.now()));
    this.#finished = true;
  }

  async #put(value: object, write: (json: string) => void): Promise<void> {
    const { queue, records } = this.#parts;
    if (!this.#writable) {
      const why = this.#finished ? "finished before" : "closed";
      throw new JournalError(
        records.path,
        "refused",
        `does not take records for ${this.runId}: it was ${why}.`,
      );
    }
    // Now, not when the queue gets to it: the caller may change the object in between.
    const json = this.#encode(value);
    await queue.push(() => write(json), json.length);
  }

  #encode(value: object): string {
    try {
      return encode(value);
    } catch (cause) {
      const what = `cannot hold a record of ${this.runId}: ${(cause as Error).message}.`;
      throw new JournalError(this.#parts.records.path, "refused", what, { cause });
    }
  }

  /** Give the run up, so that another process may go on with it. What was put before is stored first. */
  async close(): Promise<void> {
    if (!this.#writable) return;
    this.#writable = false;
    const { queue, records, row } = this.#parts;
    await queue.push(() => {
      // By the time this runs the run may be finished, and another's.
      if (records.run(this.runId)?.result === null) records.release(row.id);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
