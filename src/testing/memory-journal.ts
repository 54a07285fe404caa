import type { Journal, RoundRecord } from "../core/journal.ts";
import type { SolveResult } from "../core/result.ts";
import type { Trajectory } from "../core/trajectory.ts";

export interface MemoryJournal extends Journal {
  /** Everything put so far. */
  readonly stored: { trajectories: Trajectory[]; rounds: RoundRecord[]; result: SolveResult | undefined };
}

/**
 * A journal that lasts as long as the process: for tests, and to hand one run's records to the next.
 * Records go through JSON, as they would on disk.
 */
export function memoryJournal(from?: MemoryJournal): MemoryJournal {
  const copy = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));
  const stored = from ? copy(from.stored) : { trajectories: [], rounds: [], result: undefined };
  return {
    stored,
    trajectories: () => [...stored.trajectories],
    rounds: () => [...stored.rounds],
    result: () => stored.result,
    putTrajectory: async (trajectory) => void stored.trajectories.push(copy(trajectory)),
    putRound: async (record) => void stored.rounds.push(copy(record)),
    putResult: async (result) => {
      stored.result = copy(result);
    },
  };
}
