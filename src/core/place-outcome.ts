import { type Place, placeKey, type Run } from "./run.ts";
import type { Sampled } from "./sample.ts";
import type { Trajectory } from "./trajectory.ts";

/** What became of a place of a run whose every call is paid for elsewhere. */
export type PlaceOutcome =
  | { kind: "message"; text: string; trajectory: Trajectory }
  /** No conclusion, however often the policy asked. */
  | { kind: "cut-off" }
  /** The upstream's failure; another life asks again. */
  | { kind: "failed"; reason: string };

/** Whether the journal has this place's message: then it costs nothing. */
export function isKnown(run: Run, place: Place): boolean {
  const past = run.recorded.get(placeKey(place)) ?? [];
  return past.some(({ message, outcome }) => message !== null && outcome !== "cancelled");
}

export function placeOutcome(sampled: Sampled): PlaceOutcome {
  switch (sampled.kind) {
    case "message": {
      const { trajectory } = sampled;
      return { kind: "message", text: trajectory.message as string, trajectory };
    }
    case "lost":
      return sampled.trajectory ? { kind: "cut-off" } : { kind: "failed", reason: sampled.reason };
    case "unaffordable":
      // The run has no budget of its own: whoever asks has decided on the caps before.
      return { kind: "failed", reason: "nothing is left for a call" };
    default:
      return sampled satisfies never;
  }
}
