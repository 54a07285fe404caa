import type { RoundRecord, RunHeader } from "../core/journal.ts";
import type { SolveResult } from "../core/result.ts";
import type { OutcomeRow, RunRow } from "./records.ts";

/** `interrupted`: neither finished nor being worked on; it can be resumed. */
export type RunState = "finished" | "running" | "interrupted";

/** What a list shows of a run; no trajectory is read for it. */
export interface RunSummary {
  runId: string;
  state: RunState;
  /** Epoch milliseconds. */
  createdAt: number;
  finishedAt?: number;
  model: string;
  widths: number[];
  /** First line of the problem. */
  title: string;
  /** Who runs it, while it is running. */
  owner?: { pid: number; host: string };
  trajectories: { finished: number; failed: number; cutOff: number; cancelled: number };
  inputTokens: number;
  /** All generated tokens: effective TTC. */
  outputTokens: number;
}

/** All of a run but its trajectories. */
export interface RunDetails extends RunSummary {
  header: RunHeader;
  rounds: RoundRecord[];
  result?: SolveResult;
}

const COUNTED = {
  finished: "finished",
  failed: "failed",
  "cut-off": "cutOff",
  cancelled: "cancelled",
} as const;

export function summarise(row: RunRow, outcomes: readonly OutcomeRow[], alive: boolean): RunSummary {
  const trajectories = { finished: 0, failed: 0, cutOff: 0, cancelled: 0 };
  let inputTokens = 0;
  let outputTokens = 0;
  for (const { outcome, count, input, output } of outcomes) {
    trajectories[COUNTED[outcome]] += count;
    inputTokens += input;
    outputTokens += output;
  }
  const finished = row.finished_at !== null;
  const running = !finished && alive;
  return {
    runId: row.run_id,
    state: finished ? "finished" : running ? "running" : "interrupted",
    createdAt: row.created_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    model: row.model,
    widths: JSON.parse(row.widths),
    title: row.title,
    ...(running && { owner: { pid: row.owner_pid ?? 0, host: row.owner_host ?? "" } }),
    trajectories,
    inputTokens,
    outputTokens,
  };
}
