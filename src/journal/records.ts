import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { RoundRecord, RunHeader } from "../core/journal.ts";
import type { SolveResult } from "../core/result.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { decode, encode } from "./codec.ts";
import { damaged, JournalError } from "./errors.ts";
import { titleOf } from "./title.ts";

/** The small columns of a run. */
export interface RunRow {
  id: number;
  run_id: string;
  created_at: number;
  finished_at: number | null;
  model: string;
  widths: string;
  title: string;
  fingerprint: string;
  owner: string | null;
  owner_pid: number | null;
  owner_host: string | null;
  header: number;
  result: number | null;
}

export interface OutcomeRow {
  run: number;
  outcome: Trajectory["outcome"];
  count: number;
  input: number;
  output: number;
}

const SQL = {
  runs: "SELECT * FROM runs ORDER BY created_at DESC, id DESC",
  runById: "SELECT * FROM runs WHERE run_id = ?",
  runIds: "SELECT run_id FROM runs WHERE substr(run_id, 1, length(?1)) = ?1 ORDER BY run_id LIMIT ?2",
  addRun: `INSERT INTO runs (run_id, created_at, model, widths, title, fingerprint, header)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
  own: "UPDATE runs SET owner = ?, owner_pid = ?, owner_host = ? WHERE id = ?",
  disown: "UPDATE runs SET owner = NULL, owner_pid = NULL, owner_host = NULL WHERE owner = ?",
  finish: `UPDATE runs SET result = ?, finished_at = ?, owner = NULL, owner_pid = NULL, owner_host = NULL
           WHERE id = ?`,
  payload: "SELECT json FROM payloads WHERE id = ?",
  addPayload: "INSERT INTO payloads (json) VALUES (?)",
  lastPayload: "SELECT coalesce(max(id), 0) AS id FROM payloads",
  trajectories: `SELECT payload FROM trajectories WHERE run = ? AND payload <= ?
                 ORDER BY round, idx, attempt`,
  trajectory: "SELECT payload FROM trajectories WHERE run = ? AND round = ? AND idx = ? AND attempt = ?",
  addTrajectory: `INSERT INTO trajectories
    (run, round, idx, attempt, outcome, input_tokens, output_tokens, duration_ms, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  rounds: "SELECT payload FROM rounds WHERE run = ? AND payload <= ? ORDER BY round",
  round: "SELECT payload FROM rounds WHERE run = ? AND round = ?",
  addRound: "INSERT INTO rounds (run, round, payload) VALUES (?, ?, ?)",
  outcomes: `SELECT run, outcome, count(*) AS count, sum(input_tokens) AS input, sum(output_tokens) AS output
             FROM trajectories GROUP BY run, outcome`,
  outcomesOf: `SELECT run, outcome, count(*) AS count, sum(input_tokens) AS input,
               sum(output_tokens) AS output FROM trajectories WHERE run = ? GROUP BY outcome`,
  deletePayloads: `DELETE FROM payloads WHERE id IN (
    SELECT payload FROM trajectories WHERE run = ?1 UNION ALL SELECT payload FROM rounds WHERE run = ?1)`,
  deleteTrajectories: "DELETE FROM trajectories WHERE run = ?",
  deleteRounds: "DELETE FROM rounds WHERE run = ?",
  deleteRun: "DELETE FROM runs WHERE id = ?",
  deletePayload: "DELETE FROM payloads WHERE id = ?",
} as const;

/** Figures are for lists; an odd one from an upstream must not lose a trajectory. */
const whole = (value: number) => (Number.isFinite(value) ? Math.round(value) : 0);

/** No bound: everything stored so far. */
export const ALL = Number.MAX_SAFE_INTEGER;

/** The tables in the project's own terms. Synchronous; its callers decide about transactions. */
export class Records {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<keyof typeof SQL, StatementSync>();

  constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
  }

  #statement(name: keyof typeof SQL): StatementSync {
    let statement = this.#prepared.get(name);
    if (!statement) {
      statement = this.#database.prepare(SQL[name]);
      this.#prepared.set(name, statement);
    }
    return statement;
  }

  #all<Row>(name: keyof typeof SQL, ...values: SQLInputValue[]): Row[] {
    return this.#statement(name).all(...values) as Row[];
  }

  #get<Row>(name: keyof typeof SQL, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(name).get(...values) as Row | undefined;
  }

  #run(name: keyof typeof SQL, ...values: SQLInputValue[]): number {
    return Number(this.#statement(name).run(...values).lastInsertRowid);
  }

  runs = (): RunRow[] => this.#all("runs");
  run = (runId: string): RunRow | undefined => this.#get("runById", runId);
  runIds = (prefix: string, limit: number): string[] =>
    this.#all<{ run_id: string }>("runIds", prefix, limit).map(({ run_id }) => run_id);

  outcomes = (run?: number): OutcomeRow[] =>
    run === undefined ? this.#all("outcomes") : this.#all("outcomesOf", run);

  addRun(header: RunHeader): RunRow {
    const { runId, createdAt, model, widths, fingerprint } = header;
    const payload = this.#run("addPayload", encode(header));
    const title = titleOf(header.call);
    this.#run("addRun", runId, createdAt, model, JSON.stringify(widths), title, fingerprint, payload);
    return this.run(runId) as RunRow;
  }

  own(run: number, owner: { id: string; pid: number; host: string }): void {
    this.#run("own", owner.id, owner.pid, owner.host, run);
  }

  release = (run: number): void => void this.#run("own", null, null, null, run);
  disown = (owner: string): void => void this.#run("disown", owner);

  header = ({ header }: RunRow): RunHeader => this.read<RunHeader>(header);
  result = ({ result }: RunRow): SolveResult | undefined =>
    result === null ? undefined : this.read<SolveResult>(result);

  /** Of payloads stored later than this, an earlier life knew nothing. */
  lastPayload = (): number => this.#get<{ id: number }>("lastPayload")?.id ?? 0;

  /** Payloads of trajectories up to `bound`, by round, index, attempt; read them one by one. */
  trajectoryPayloads = (run: number, bound: number): number[] =>
    this.#all<{ payload: number }>("trajectories", run, bound).map(({ payload }) => payload);

  rounds = (run: number, bound: number): RoundRecord[] =>
    this.#all<{ payload: number }>("rounds", run, bound).map(({ payload }) => this.read(payload));

  /** @throws {JournalError} if it is not there, or is not what was written. */
  read<T>(payload: number): T {
    const row = this.#get<{ json: string }>("payload", payload);
    if (!row) throw damaged(this.path, `record ${payload} is missing`);
    try {
      return decode(row.json) as T;
    } catch (cause) {
      throw damaged(this.path, `record ${payload} cannot be read`, cause);
    }
  }

  putTrajectory(run: RunRow, trajectory: Trajectory, json: string): void {
    const { round, index, attempt, outcome, usage, durationMs } = trajectory;
    const known = this.#get<{ payload: number }>("trajectory", run.id, round, index, attempt);
    if (known)
      return this.#same(known.payload, json, `trajectory ${round}/${index}/${attempt} of ${run.run_id}`);
    const payload = this.#run("addPayload", json);
    const key = [run.id, round, index, attempt] as const;
    const figures = [whole(usage.input), whole(usage.output), whole(durationMs)] as const;
    this.#run("addTrajectory", ...key, outcome, ...figures, payload);
  }

  putRound(run: RunRow, round: number, json: string): void {
    const known = this.#get<{ payload: number }>("round", run.id, round);
    if (known) return this.#same(known.payload, json, `round ${round} of ${run.run_id}`);
    this.#run("addRound", run.id, round, this.#run("addPayload", json));
  }

  /** Nothing stored is ever replaced: a second, different record for one place means that two wrote it. */
  #same(payload: number, json: string, what: string): void {
    if (this.#get<{ json: string }>("payload", payload)?.json === json) return;
    throw new JournalError(this.path, "refused", `has another record for ${what} already; it was kept.`);
  }

  /** A finished run belongs to nobody any more. */
  putResult(run: RunRow, json: string, now: number): void {
    const before = this.run(run.run_id)?.result;
    this.#run("finish", this.#run("addPayload", json), now, run.id);
    if (before) this.#run("deletePayload", before);
  }

  deleteRun({ id, header, result }: RunRow): void {
    this.#run("deletePayloads", id);
    this.#run("deleteTrajectories", id);
    this.#run("deleteRounds", id);
    this.#run("deleteRun", id);
    this.#run("deletePayload", header);
    if (result !== null) this.#run("deletePayload", result);
  }
}
