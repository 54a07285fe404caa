import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Spent } from "../core/caps.ts";
import type { Journal, RoundRecord } from "../core/journal.ts";
import type { Trajectory } from "../core/trajectory.ts";
import type { TokenUsage } from "../core/usage.ts";
import { decode, encode } from "../journal/codec.ts";
import { explained } from "../journal/errors.ts";
import { loadSqlite } from "../journal/sqlite.ts";
import { WriteQueue } from "../journal/write-queue.ts";
import { openDatabase } from "./open-database.ts";
import type { Trial, Unit } from "./trial.ts";

/** One trial as it is stored. */
export type StoredTrial = Unit & { trial: Trial };

const BUSY_MS = 2000;

/**
 * Everything an evaluation has paid for, in one SQLite file of its own.
 *
 * Unlike the runs of `solve`, it keeps one row of figures a trial beside the trajectories: a report over half a
 * million trajectories, or a resume, must not read their texts. One process owns the file; the kernel drops its
 * lock however the process dies.
 */
export class EvaluationStore {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #queue: WriteQueue;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
    this.#queue = new WriteQueue(path, database, BUSY_MS);
    this.#statements = prepareAll(database);
  }

  fact<T>(name: string): T | undefined {
    const row = explained(this.path, () => this.#statements.fact.get(name));
    return row ? (JSON.parse(row.json as string) as T) : undefined;
  }

  putFact(name: string, value: unknown): Promise<void> {
    return this.#write(() => this.#statements.putFact.run(name, JSON.stringify(value)));
  }

  /** Number of each problem, in order; new ones are added. The digest is of what is asked and of the answer. */
  async numberProblems(problems: readonly { id: string; digest: string }[]): Promise<Map<string, number>> {
    const known = this.problems();
    const missing = problems.filter(({ id }) => !known.has(id));
    let next = known.size;
    await this.#write(() => {
      for (const { id, digest } of missing) this.#statements.putProblem.run(++next, id, digest);
    });
    return new Map([...this.problems()].map(([id, { number }]) => [id, number]));
  }

  problems(): Map<string, { number: number; digest: string }> {
    const rows = explained(this.path, () => this.#statements.problems.all());
    return new Map(
      rows.map((row) => [row.id as string, { number: row.number as number, digest: row.digest as string }]),
    );
  }

  spent(): Spent {
    const row = explained(this.path, () => this.#statements.spent.get()) ?? {};
    return row as unknown as Spent;
  }

  /** Whether a unit is over. Holds one number a unit, not its text. */
  finished(): (unit: Unit) => boolean {
    const done = new Map<string, Set<number>>();
    const placeOf = ({ problem, repetition }: Unit) => problem * 2 ** 20 + repetition;
    for (const row of this.#statements.finished.iterate()) {
      const unit = row as unknown as Unit;
      const places = done.get(unit.method) ?? new Set();
      done.set(unit.method, places.add(placeOf(unit)));
    }
    return (unit) => done.get(unit.method)?.has(placeOf(unit)) ?? false;
  }

  /** All trials, problem by problem in their order; one problem in memory at a time. */
  *trialsByProblem(): Generator<{ problem: number; trials: StoredTrial[] }> {
    let trials: StoredTrial[] = [];
    for (const row of this.#statements.trials.iterate()) {
      const { json, ...unit } = row as unknown as Unit & { json: string };
      if (trials.length > 0 && trials[0]?.problem !== unit.problem) {
        yield { problem: (trials[0] as StoredTrial).problem, trials };
        trials = [];
      }
      trials.push({ ...unit, trial: JSON.parse(json) as Trial });
    }
    if (trials.length > 0) yield { problem: (trials[0] as StoredTrial).problem, trials };
  }

  trial({ problem, method, repetition }: Unit): Trial | undefined {
    const row = this.#statements.trial.get(problem, method, repetition);
    return row ? (JSON.parse(row.json as string) as Trial) : undefined;
  }

  /** A trial that is scored is over; one that failed or could not be scored is run again on a resume. */
  putTrial({ problem, method, repetition }: Unit, trial: Trial): Promise<void> {
    const json = JSON.stringify(trial);
    const finished = trial.status === "done" && trial.value !== null ? 1 : 0;
    return this.#write(
      () => this.#statements.putTrial.run(problem, method, repetition, finished, json),
      json.length,
    );
  }

  /** A call that is on the bill and in no trial: a judge's. */
  putOtherCall(kind: string, { input, cachedInput, output }: TokenUsage): Promise<void> {
    return this.#write(() => this.#statements.abandon.run(0, kind, 0, 0, 0, input, cachedInput, output));
  }

  trajectories({ problem, method, repetition }: Unit): Trajectory[] {
    const rows = explained(this.path, () => this.#statements.trajectories.all(problem, method, repetition));
    return rows.map(({ json }) => decode(json as string) as Trajectory);
  }

  /**
   * The journal of one unit: the core's, on this file. `onPut` sees each trajectory once it is on disk.
   * @param isStopped Whether the evaluation itself is being stopped. Calls cancelled by that are kept for the
   *   totals alone: the next life asks them again as if for the first time, with the same seed.
   */
  journalOf(
    unit: Unit,
    onPut: (trajectory: Trajectory) => void,
    isStopped: () => boolean = () => false,
  ): Journal {
    const { problem, method, repetition } = unit;
    const key = [problem, method, repetition] as const;
    const put = this.#statements;
    return {
      trajectories: () => this.trajectories(unit),
      rounds: () => put.rounds.all(...key).map(({ json }) => decode(json as string) as RoundRecord),
      // A finished unit has a trial instead, and is never run again.
      result: () => undefined,
      putResult: async () => {},
      putRound: (record) => {
        const json = encode(record);
        return this.#write(
          () => put.putRound.run(...key, record.round, put.payload.run(json).lastInsertRowid),
          json.length,
        );
      },
      putTrajectory: async (trajectory) => {
        const { round, index, attempt, usage, outcome } = trajectory;
        const counts = [usage.input, usage.cachedInput, usage.output] as const;
        if (outcome === "cancelled" && isStopped()) {
          await this.#write(() => put.abandon.run(...key, round, index, ...counts));
        } else {
          const json = encode(trajectory);
          await this.#write(() => {
            const { lastInsertRowid } = put.payload.run(json);
            put.putTrajectory.run(...key, round, index, attempt, ...counts, lastInsertRowid);
          }, json.length);
        }
        onPut(trajectory);
      },
    };
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#database.close();
  }

  async #write(apply: () => unknown, bytes = 0): Promise<void> {
    await this.#queue.push(apply, bytes);
  }
}

/** Open an evaluation's file. @throws {JournalError} if it is another's, in use, or missing and not to be made. */
export async function openStore(path: string, { create = true } = {}): Promise<EvaluationStore> {
  if (create) mkdirSync(dirname(path), { recursive: true });
  return new EvaluationStore(path, openDatabase(await loadSqlite(), path, { create }));
}

const UNIT = "problem = ? AND method = ? AND repetition = ?";

function prepareAll(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  return {
    fact: sql("SELECT json FROM facts WHERE name = ?"),
    putFact: sql("INSERT OR REPLACE INTO facts VALUES (?, ?)"),
    problems: sql("SELECT number, id, digest FROM problems ORDER BY number"),
    putProblem: sql("INSERT INTO problems VALUES (?, ?, ?)"),
    spent: sql(
      `SELECT count(*) AS calls, coalesce(sum(input_tokens), 0) AS input,
       coalesce(sum(cached_tokens), 0) AS cachedInput, coalesce(sum(output_tokens), 0) AS output FROM trajectories`,
    ),
    finished: sql("SELECT problem, method, repetition FROM trials WHERE finished = 1"),
    trials: sql("SELECT problem, method, repetition, json FROM trials ORDER BY problem, method, repetition"),
    trial: sql(`SELECT json FROM trials WHERE ${UNIT}`),
    putTrial: sql("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?)"),
    trajectories: sql(
      `SELECT json FROM trajectories JOIN payloads ON payloads.id = payload
       WHERE ${UNIT} AND attempt >= 0 ORDER BY round, idx, attempt`,
    ),
    rounds: sql(
      `SELECT json FROM rounds JOIN payloads ON payloads.id = payload WHERE ${UNIT} ORDER BY round`,
    ),
    payload: sql("INSERT INTO payloads (json) VALUES (?)"),
    putRound: sql("INSERT OR REPLACE INTO rounds VALUES (?, ?, ?, ?, ?)"),
    // Abandoned calls count down from −1, so that none is in the way of the attempt that replaces it.
    abandon: sql(
      `INSERT INTO trajectories SELECT ?1, ?2, ?3, ?4, ?5, min(0, coalesce(min(attempt), 0)) - 1, ?6, ?7, ?8, 0
       FROM trajectories WHERE problem = ?1 AND method = ?2 AND repetition = ?3 AND round = ?4 AND idx = ?5`,
    ),
    putTrajectory: sql("INSERT INTO trajectories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
  };
}
