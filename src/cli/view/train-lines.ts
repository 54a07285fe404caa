import { figureText } from "../../train/metrics/figure-text.ts";
import type { IterationMetrics } from "../../train/metrics/iteration-metrics.ts";
import type { TrainEvent } from "../../train/train.ts";
import { shortDuration } from "./figures.ts";
import {
  createTrainState,
  lastIteration,
  observeTraining,
  type TrainingPlan,
  timeLeft,
} from "./train-state.ts";
import { accuracyTexts, phaseTexts, secondsText, share, speedText } from "./train-texts.ts";

/** Measuring a pool is told ten times, however large it is. */
const MEASURE_STEPS = 10;

/** The lines an event is worth: one an iteration. */
export function trainLines(
  plan: TrainingPlan,
  now: () => number = Date.now,
): (event: TrainEvent) => string[] {
  const state = createTrainState(plan, now());
  const last = lastIteration(plan);
  let told = 0;
  return (event) => {
    observeTraining(state, event, now());
    switch (event.type) {
      case "stage":
        told = 0;
        return [
          `stage ${event.stage}: ${event.iterations} iterations on ${event.problems} of ${event.of} problems`,
        ];
      case "begin":
        return event.iteration > 0 ? [`going on after iteration ${event.iteration}`] : [];
      case "measure": {
        const step = Math.floor((MEASURE_STEPS * event.done) / Math.max(1, event.problems));
        if (step === told) return [];
        told = step;
        return [`measured ${event.done} of ${event.problems} problems for stage 2`];
      }
      case "iteration": {
        const left = timeLeft(state, now());
        return [
          `${event.metrics.iteration}/${last}  ${iterationText(event.metrics)}  ${shortDuration(left ?? 0)} left`,
        ];
      }
      case "evaluation": {
        const { iteration, problems } = event.metrics;
        return [
          `evaluation after ${iteration}, ${problems} problems: ${accuracyTexts(event.metrics).join(", ")}`,
        ];
      }
      case "checkpoint":
        return [`checkpoint after ${event.iteration}: ${event.path}`];
      case "end":
        return [`finished: ${event.checkpoint}`];
      default:
        return event satisfies never;
    }
  };
}

function iterationText(metrics: IterationMetrics): string {
  return [
    `reward ${share(metrics.reward)}`,
    `entropy ${figureText(metrics.entropy)}`,
    ...(metrics.klToStart === null ? [] : [`KL ${figureText(metrics.klToStart)}`]),
    `cut off ${share(metrics.cutOffRate)}`,
    `${figureText(metrics.responseLength)} tokens`,
    speedText(metrics),
    `${secondsText(metrics.seconds.total)} (${phaseTexts(metrics).join(", ")})`,
  ].join("  ");
}
