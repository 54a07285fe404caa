import type { Axis, Chart, Point, Series } from "../../plot/spec.ts";
import { figureText } from "./figure-text.ts";
import type { RecordedEvaluation, RecordedIteration } from "./recorded.ts";
import type { Panel, PanelLine } from "./run-panels.ts";
import { type Sample, smoothed, smoothingWindow } from "./smooth.ts";

/** More parts under the pointer would make the page heavy, and narrower than a pointer. */
const MOST_BANDS = 100;

/** What of a line can be drawn. */
export const samplesOf = ({ of }: PanelLine, iterations: readonly RecordedIteration[]): Sample[] =>
  iterations.flatMap((metrics) => {
    const y = of(metrics);
    return y === null || !Number.isFinite(y) ? [] : [{ x: metrics.iteration, y, stage: metrics.stage }];
  });

/** Iterations that a panel's means are over. */
export const windowOf = ({ exact }: Panel, { length }: readonly RecordedIteration[]): number =>
  exact ? 1 : smoothingWindow(length);

/** A small chart: every iteration pale, the mean around it bold. */
export function panelChart(panel: Panel, iterations: readonly RecordedIteration[]): Chart {
  const { title, axis, lines } = panel;
  const window = windowOf(panel, iterations);
  const all = lines.map((line, colour) => ({ ...line, colour, samples: samplesOf(line, iterations) }));
  const pale =
    window === 1 ? [] : all.map(({ name, colour, samples }) => lineOf(name, colour, samples, true));
  const bold = all.map(({ name, colour, samples }) => lineOf(name, colour, smoothed(samples, window), false));
  return {
    title,
    width: 360,
    height: 190,
    compact: true,
    x: iterationAxis(iterations),
    y: { ...axis, label: "" },
    series: [...pale, ...bold],
    rules: stageRules(iterations),
    bands: bandsOf(all, iterations, axis),
  };
}

const lineOf = (name: string, colour: number, points: readonly Point[], faint: boolean): Series => ({
  kind: "points",
  name,
  points,
  line: true,
  marks: false,
  faint,
  colour,
});

/** From 0 to the last one; at least 5, or ticks would not be whole. */
export function iterationAxis(iterations: readonly RecordedIteration[]): Axis {
  const max = Math.max(5, iterations.at(-1)?.iteration ?? 0);
  return { label: "iteration", format: "count", whole: true, min: 0, max };
}

/** Where a stage begins that is not the first. */
export function stageRules(iterations: readonly RecordedIteration[]): { x: number; label: string }[] {
  return iterations.flatMap(({ iteration, stage }, i) => {
    const before = iterations[i - 1];
    return before && before.stage !== stage ? [{ x: iteration - 0.5, label: `stage ${stage}` }] : [];
  });
}

type SampledLine = PanelLine & { samples: readonly Sample[] };

function bandsOf(
  lines: readonly SampledLine[],
  iterations: readonly RecordedIteration[],
  axis: Panel["axis"],
): NonNullable<Chart["bands"]> {
  const size = Math.ceil(iterations.length / MOST_BANDS);
  const bands: NonNullable<Chart["bands"]>[number][] = [];
  for (let i = 0; i < iterations.length; i += size) {
    const part = iterations.slice(i, i + size);
    const [first, last] = [part[0]?.iteration ?? 0, part.at(-1)?.iteration ?? 0];
    const means = lines.map((line) =>
      `${line.name} ${figureText(mean(samplesOf(line, part)), axis?.format)}`.trim(),
    );
    const when = first === last ? `iteration ${first}` : `iterations ${first}–${last}`;
    bands.push({ from: first - 0.5, to: last + 0.5, title: [when, ...means].join("\n") });
  }
  return bands;
}

const mean = (samples: readonly Sample[]): number | undefined =>
  samples.length === 0 ? undefined : samples.reduce((sum, { y }) => sum + y, 0) / samples.length;

/** What was measured on held-out problems, over iterations, with its standard errors. */
export function evaluationChart(
  evaluations: readonly RecordedEvaluation[],
  iterations: readonly RecordedIteration[],
): Chart {
  const methods = methodsOf(evaluations);
  const last = Math.max(iterations.at(-1)?.iteration ?? 0, evaluations.at(-1)?.iteration ?? 0, 5);
  return {
    title: "Shares of held-out problems",
    width: 1100,
    height: 420,
    x: { ...iterationAxis(iterations), max: last },
    y: { label: "share", format: "percent", min: 0, max: 1 },
    series: methods.map((name) => ({
      kind: "points",
      name,
      line: true,
      points: evaluations.flatMap((evaluation) => evaluationPoint(evaluation, name)),
    })),
    rules: stageRules(iterations),
  };
}

/** In the order in which they first appear. */
export const methodsOf = (evaluations: readonly RecordedEvaluation[]): string[] => [
  ...new Set(evaluations.flatMap(({ accuracy }) => Object.keys(accuracy))),
];

function evaluationPoint({ iteration, accuracy }: RecordedEvaluation, method: string): Point[] {
  const { value, error } = accuracy[method] ?? {};
  if (value === null || value === undefined) return [];
  const title = `${method}, iteration ${iteration}: ${figureText(value, "percent")} ± ${figureText(error, "percent")}`;
  return [{ x: iteration, y: value, error: error ?? undefined, title }];
}
