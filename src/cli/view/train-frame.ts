import { figureText } from "../../train/metrics/figure-text.ts";
import type { IterationMetrics } from "../../train/metrics/iteration-metrics.ts";
import { shortDuration } from "./figures.ts";
import type { Paint } from "./paint.ts";
import { sparkline } from "./sparkline.ts";
import { displayWidth, oneLine, truncate } from "./text.ts";
import { lastIteration, type TrainState, timeLeft } from "./train-state.ts";
import { accuracyTexts, phaseTexts, secondsText, share, speedText } from "./train-texts.ts";

/** Wider lines are hard to read, and reflow badly when the terminal is made narrower. */
const MOST_COLUMNS = 100;
const MOST_BAR = 40;
const MOST_SPARKS = 80;
/** What a row is about stands in a column of its own. */
const NAME_COLUMNS = 11;

export interface TrainFrameOptions {
  columns: number;
  rows: number;
  now: number;
  paint: Paint;
}

/** The live view at one moment: lines no wider than `columns`, fewer than `rows`. */
export function trainFrame(state: TrainState, options: TrainFrameOptions): string[] {
  const columns = Math.max(10, Math.min(options.columns - 1, MOST_COLUMNS));
  const fitted = { ...options, columns };
  const lines = [
    options.paint("bold", truncate(headerText(state), columns)),
    progressLine(state, fitted),
    ...(state.measuring ? [truncate(measuringText(state.measuring), columns)] : []),
    ...(state.metrics ? metricRows(state, state.metrics, fitted) : []),
    ...evaluationRows(state, fitted),
    ...(state.checkpoint === undefined
      ? []
      : [options.paint("dim", truncate(`checkpoint ${oneLine(state.checkpoint)}`, columns))]),
  ];
  return lines.slice(0, Math.max(2, options.rows - 1));
}

function headerText({ plan, stage, iteration }: TrainState): string {
  const parts = [`PaCoRe training ${plan.name}`];
  if (stage) parts.push(`stage ${stage.stage}`);
  parts.push(`iteration ${iteration} of ${lastIteration(plan)}`);
  if (stage) parts.push(`${stage.problems} problems`);
  return parts.join(" · ");
}

const measuringText = ({ done, problems }: { done: number; problems: number }): string =>
  `measuring ${done} of ${problems} problems for stage 2`;

function progressLine(state: TrainState, { columns, now, paint }: TrainFrameOptions): string {
  const done = state.iteration / Math.max(1, lastIteration(state.plan));
  const elapsed = shortDuration(Math.floor((now - state.startedAt) / 1000) * 1000);
  const left = timeLeft(state, now);
  const eta =
    left === undefined || state.ended ? "" : ` · ${shortDuration(Math.round(left / 1000) * 1000)} left`;
  const text = `${Math.floor(100 * done)}% · ${elapsed}${eta}`;
  const width = Math.min(MOST_BAR, columns - displayWidth(text) - 1);
  if (width < 5) return truncate(text, columns);
  const full = Math.min(width, Math.round(done * width));
  return `${paint("green", "━".repeat(full))}${paint("dim", "─".repeat(width - full))} ${text}`;
}

function metricRows(state: TrainState, metrics: IterationMetrics, options: TrainFrameOptions): string[] {
  const { seconds } = metrics;
  return [
    rewardRow(state, metrics, options),
    ...row("responses", responseParts(metrics), options),
    ...row("references", referenceParts(metrics), options),
    ...row("learning", learningParts(metrics), options),
    ...row(
      "speed",
      [speedText(metrics), `${secondsText(seconds.total)} an iteration`, ...phaseTexts(metrics)],
      options,
    ),
  ];
}

function rewardRow(
  { rewards }: TrainState,
  { reward }: IterationMetrics,
  options: TrainFrameOptions,
): string {
  const { columns, paint } = options;
  const value = share(reward);
  const room = columns - NAME_COLUMNS - value.length - 2;
  const line = room < 5 ? "" : `  ${paint("cyan", sparkline(rewards, Math.min(room, MOST_SPARKS)))}`;
  return named("reward", value, options) + line;
}

const responseParts = (metrics: IterationMetrics): string[] => [
  `entropy ${figureText(metrics.entropy)}`,
  ...(metrics.klToStart === null ? [] : [`KL ${figureText(metrics.klToStart)}`]),
  `${figureText(metrics.responseLength)} tokens`,
  `cut off ${share(metrics.cutOffRate)}`,
  ...(metrics.unscored > 0 ? [`${metrics.unscored} unscored`] : []),
];

const referenceParts = (metrics: IterationMetrics): string[] => {
  const measured: [string, number | null][] = [
    ["emergent", metrics.emergentCorrectness],
    ["solipsism", metrics.solipsism],
    ["cross-checking", metrics.crossChecking],
    ["alone", metrics.soloReward],
    ["coverage alone", metrics.coverage],
  ];
  return measured.flatMap(([name, value]) => (value === null ? [] : [`${name} ${share(value)}`]));
};

const learningParts = (metrics: IterationMetrics): string[] => [
  `gradient ${figureText(metrics.policyGradientNorm)}`,
  `ratio off by ${figureText(metrics.ratioMaxDeviation)}`,
  `critic explains ${share(metrics.explainedVariance)}`,
  `value loss ${figureText(metrics.valueLoss)}`,
];

function evaluationRows({ evaluation }: TrainState, options: TrainFrameOptions): string[] {
  if (!evaluation) return [];
  const [first = "nothing", ...others] = accuracyTexts(evaluation);
  return row("held out", [`after ${evaluation.iteration}: ${first}`, ...others], options);
}

/** A name and its parts, as many to a line as fit. */
function row(name: string, parts: readonly string[], { columns, paint }: TrainFrameOptions): string[] {
  if (parts.length === 0) return [];
  const lines: string[] = [];
  let line = "";
  for (const part of parts.map(oneLine)) {
    const longer = line === "" ? part : `${line} · ${part}`;
    const fits = line === "" || displayWidth(longer) <= columns - NAME_COLUMNS;
    if (!fits) lines.push(line);
    line = fits ? longer : part;
  }
  return [...lines, line].map((text, i) => named(i === 0 ? name : "", text, { columns, paint }));
}

function named(name: string, text: string, { columns, paint }: Pick<TrainFrameOptions, "columns" | "paint">) {
  const whole = truncate(name.padEnd(NAME_COLUMNS) + text, columns);
  return paint("dim", whole.slice(0, NAME_COLUMNS)) + whole.slice(NAME_COLUMNS);
}
