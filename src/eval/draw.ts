import { seededRandom, shuffle } from "../core/random.ts";
import type { Trajectory } from "../core/trajectory.ts";

/** K different ones of a pool of N, drawn without replacement. */
export function drawFrom(poolSize: number, count: number, seed: number): number[] {
  const all = Array.from({ length: poolSize }, (_, index) => index);
  return shuffle(all, seededRandom(seed)).slice(0, count);
}

/** Samples of the pool as the first round of a run: each keeps its attempts and takes a place (§3.2). */
export function asFirstRound(samples: readonly (readonly Trajectory[])[]): Trajectory[] {
  return samples.flatMap((attempts, index) => attempts.map((attempt) => ({ ...attempt, round: 1, index })));
}
