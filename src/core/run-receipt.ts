import { costOf, costRatioOf, type Receipt, type RoundReceipt } from "./receipt.ts";
import type { Run } from "./run.ts";

interface RoundFigures {
  width: number;
  startedAt: number;
  passedOn: number;
  notes: string[];
}

/** What one round cost so far. */
export function receiptOf(
  run: Run,
  round: number,
  { width, startedAt, passedOn, notes }: RoundFigures,
): RoundReceipt {
  const {
    used,
    replayed,
    settings: { price },
  } = run;
  const calls = run.trajectories.filter((trajectory) => trajectory.round === round);
  const cost = costOf(calls, { used, replayed, price, wallMs: Date.now() - startedAt });
  return { round, width, effectiveWidth: passedOn, ...cost, notes };
}

/** What the whole run cost, earlier lives included. */
export function totalReceipt(run: Run, rounds: RoundReceipt[], startedAt: number): Receipt {
  const {
    trajectories,
    used,
    replayed,
    settings: { price },
  } = run;
  const cost = costOf(trajectories, { used, replayed, price, wallMs: Date.now() - startedAt });
  const costRatio = costRatioOf(trajectories, price);
  const notes = rounds.flatMap(({ round, notes }) => notes.map((note) => `round ${round}: ${note}`));
  return { ...cost, rounds, ...(costRatio !== undefined && { costRatio }), notes };
}
