import type { EvaluationMetrics, IterationMetrics } from "../../train/metrics/iteration-metrics.ts";
import type { TrainEvent } from "../../train/train.ts";

/** The recipe's part that a view needs. */
export interface TrainingPlan {
  name: string;
  stage1Iterations: number;
  stage2Iterations: number;
  /** Those that will run; default: both. */
  stages?: readonly number[];
}

/** A training run as far as it has been seen. */
export interface TrainState {
  plan: TrainingPlan;
  startedAt: number;
  stage: { stage: number; problems: number; of: number } | undefined;
  /** The last one that is finished, over all stages. */
  iteration: number;
  /** Of the stage-2 filter, while it measures. */
  measuring: { done: number; problems: number } | undefined;
  metrics: IterationMetrics | undefined;
  /** Since the view began. */
  rewards: number[];
  evaluation: EvaluationMetrics | undefined;
  checkpoint: string | undefined;
  ended: boolean;
  /** When the last iterations were finished, in milliseconds. */
  finishedAt: number[];
}

export const createTrainState = (plan: TrainingPlan, now: number): TrainState => ({
  plan,
  startedAt: now,
  stage: undefined,
  iteration: 0,
  measuring: undefined,
  metrics: undefined,
  rewards: [],
  evaluation: undefined,
  checkpoint: undefined,
  ended: false,
  finishedAt: [],
});

/** Long enough to hold an evaluation and a checkpoint: they take part in the time that is left. */
const PACE_WINDOW = 50;

/** Take an event into account. */
export function observeTraining(state: TrainState, event: TrainEvent, now: number): void {
  switch (event.type) {
    case "stage":
      state.stage = event;
      state.measuring = undefined;
      state.finishedAt = [];
      return;
    case "begin":
      state.iteration = event.iteration;
      return;
    case "measure":
      state.measuring = event;
      return;
    case "iteration":
      state.iteration = event.metrics.iteration;
      state.metrics = event.metrics;
      state.rewards.push(event.metrics.reward);
      state.finishedAt = [...state.finishedAt.slice(1 - PACE_WINDOW), now];
      return;
    case "evaluation":
      state.evaluation = event.metrics;
      return;
    case "checkpoint":
      state.checkpoint = event.path;
      return;
    case "end":
      state.checkpoint = event.checkpoint;
      state.measuring = undefined;
      state.ended = true;
      return;
    default:
      event satisfies never;
  }
}

/** The number of the run's last iteration. */
export function lastIteration({ stage1Iterations, stage2Iterations, stages = [1, 2] }: TrainingPlan): number {
  return stage1Iterations + (stages.includes(2) ? stage2Iterations : 0);
}

/** Milliseconds until the last iteration, at the pace of the latest ones; undefined before there is one. */
export function timeLeft(
  { finishedAt, metrics, iteration, plan }: TrainState,
  now: number,
): number | undefined {
  const [first, last] = [finishedAt[0], finishedAt.at(-1)];
  if (first === undefined || last === undefined || !metrics) return undefined;
  const count = finishedAt.length - 1;
  const pace = count > 0 ? (last - first) / count : metrics.seconds.total * 1000;
  return Math.max(0, pace * (lastIteration(plan) - iteration) - (now - last));
}
