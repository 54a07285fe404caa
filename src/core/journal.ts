import type { Widths } from "./effort.ts";
import type { SolveResult } from "./result.ts";
import type { CompactMessage, Trajectory } from "./trajectory.ts";

/** What a run is: enough to run it again, and to tell that a run id is used for something else. No keys. */
export interface RunHeader {
  runId: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** A reference that `resolveModel` understands, or the id of a model object. */
  model: string;
  widths: Widths;
  /** The call as given, less headers and signals; JSON with binary data as base64. */
  call: unknown;
  /** Options that change what is asked (seed, policies …), as the caller wrote them. */
  settings: Record<string, unknown>;
  /** Of everything that decides the prompts: a resumed run must have the same. */
  fingerprint: string;
}

/** A round that is over: exactly the messages it passed on, in order, and why it ended as it did. */
export interface RoundRecord {
  round: number;
  messages: CompactMessage[];
  notes: string[];
  /** No exploring round follows (deadline, budget, agreement). */
  last: boolean;
}

/**
 * The source of truth of one run. Each `put` resolves once the record is on disk, and nobody sees a
 * trajectory before that: after kill -9 only the calls in flight are paid again.
 */
export interface Journal {
  /** All trajectories of earlier lives of the run, however they ended, by round, index, attempt. */
  trajectories(): readonly Trajectory[];
  rounds(): readonly RoundRecord[];
  result(): SolveResult | undefined;
  putTrajectory(trajectory: Trajectory): Promise<void>;
  putRound(record: RoundRecord): Promise<void>;
  putResult(result: SolveResult): Promise<void>;
}
