import { figureText } from "../../train/metrics/figure-text.ts";
import type { EvaluationMetrics, IterationMetrics } from "../../train/metrics/iteration-metrics.ts";
import { shortDuration } from "./figures.ts";

/** Parts of an iteration that both views tell, in words. */

export const share = (value: number | null): string => figureText(value, "percent");

/** "3.5% ± 0.8", method by method. */
export function accuracyTexts({ accuracy }: EvaluationMetrics): string[] {
  return Object.entries(accuracy).map(
    ([method, { value, error }]) => `${method} ${share(value)} ± ${share(error).replace("%", "")}`,
  );
}

/** Sampled tokens by the whole iteration's time. */
export function speedText({ tokens, seconds }: IterationMetrics): string {
  return `${figureText(tokens.sampled / seconds.total, "count")} tokens/s`;
}

/** The phases that take more than a hundredth of the time, longest first. */
export function phaseTexts({ seconds: { total, ...phases } }: IterationMetrics): string[] {
  return Object.entries(phases)
    .filter(([, seconds]) => seconds > total / 100)
    .sort(([, a], [, b]) => b - a)
    .map(([name, seconds]) => `${name} ${Math.round((100 * seconds) / total)}%`);
}

export const secondsText = (seconds: number): string =>
  Number.isFinite(seconds) ? shortDuration(seconds * 1000) : "–";
