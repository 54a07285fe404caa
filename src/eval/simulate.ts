import type { Widths } from "../core/effort.ts";
import type { Chart, Series } from "../plot/spec.ts";
import { type Forecast, Forecaster, type Observation, type Odds } from "./forecast.ts";
import { clustered, type Estimate, mean } from "./metrics/clustered.ts";
import { isRight } from "./metrics/emergence.ts";
import { gatherSamples } from "./problem-figures.ts";
import { CurveCollector, type CurvePoint } from "./sample-curves.ts";
import type { EvaluationStore } from "./store.ts";
import { SAMPLE, type Trial } from "./trial.ts";

export interface Simulation {
  problems: number;
  /** Plain samples of the problem that has the most. */
  samples: number;
  /** K = 1 … samples; each over the problems that have so many. */
  curves: CurvePoint[];
  /** Widths that were run, what they gave, and what would have been forecast. */
  measured: { widths: Widths; accuracy: Estimate; forecast: Forecast | undefined }[];
  /** Widths that were not run. */
  forecasts: ({ widths: Widths } & Forecast)[];
}

/** `[32,4]` and no variant of it. */
const PLAIN_KEY = /^\[\d+(?:,\d+)*\]$/;

/**
 * What stored trajectories say about methods that were not run, without a model: votes and pass@K for every K by
 * counting subsets, and a forecast for widths.
 */
export function simulate(store: EvaluationStore, wanted: readonly Widths[] = []): Simulation {
  const samples = mostSamples(store);
  const curves = new CurveCollector(Array.from({ length: samples }, (_, i) => i + 1));
  const odds: Odds[] = [];
  const observations: Observation[] = [];
  const measured = new Map<string, number[][]>();
  let problems = 0;
  for (const { trials } of store.trialsByProblem()) {
    problems++;
    const byMethod = Map.groupBy(trials, ({ method }) => method);
    const plain = (byMethod.get(SAMPLE) ?? []).map(({ trial }) => trial);
    const gathered = gatherSamples(plain);
    curves.add(gathered, plain);
    odds.push({ samples: gathered.scored, right: gathered.right });
    for (const [method, stored] of byMethod) {
      if (!PLAIN_KEY.test(method)) continue;
      const done = stored.map(({ trial }) => trial);
      observations.push(...done.flatMap(observationOf));
      const values = done.flatMap(({ value }) => (value === null ? [] : [value]));
      measured.set(method, [...(measured.get(method) ?? []), values]);
    }
  }
  const forecaster = new Forecaster(observations);
  const forecast = (widths: Widths) =>
    forecaster.usable && samples > 0 ? forecaster.forecast(widths, odds) : undefined;
  return {
    problems,
    samples,
    curves: curves.points(),
    measured: [...measured].map(([key, values]) => {
      const widths = JSON.parse(key) as number[];
      return { widths, accuracy: clustered(values), forecast: forecast(widths) };
    }),
    forecasts: wanted.flatMap((widths) => {
      const known = forecast(widths);
      return known ? [{ widths, ...known }] : [];
    }),
  };
}

function mostSamples(store: EvaluationStore): number {
  let most = 0;
  for (const { trials } of store.trialsByProblem()) {
    const plain = trials.filter(({ method }) => method === SAMPLE).map(({ trial }) => trial);
    most = Math.max(most, gatherSamples(plain).scored);
  }
  return most;
}

function observationOf({ value, references }: Trial): Observation[] {
  const known = (references ?? []).flatMap(([, worth]) => (worth === null ? [] : [worth]));
  if (value === null || known.length === 0) return [];
  return [{ read: known.length, rightShare: mean(known.map((worth) => (isRight(worth) ? 1 : 0))), value }];
}

/** Votes and pass@K over K, and the widths beside them at their number of calls. */
export function simulationChart({ curves, measured, forecasts }: Simulation): Chart {
  const curve = (name: string, of: "vote" | "passAtK"): Series => ({
    kind: "points",
    name,
    line: true,
    dashed: of === "passAtK",
    marks: false,
    points: curves.flatMap(({ k, [of]: value }) => (value ? [{ x: k, y: value.mean }] : [])),
  });
  const calls = (widths: Widths) => widths.reduce((sum, width) => sum + width, 1);
  const run: Series = {
    kind: "points",
    name: "run",
    points: measured.map(({ widths, accuracy }) => ({
      x: calls(widths),
      y: accuracy.mean,
      error: accuracy.standardError,
      label: `[${widths.join(",")}]`,
    })),
  };
  const told: Series = {
    kind: "points",
    name: "forecast",
    points: forecasts.map(({ widths, accuracy }) => ({
      x: calls(widths),
      y: accuracy,
      label: `[${widths.join(",")}]`,
    })),
  };
  return {
    title: "Accuracy against trajectories",
    width: 760,
    height: 440,
    x: { label: "trajectories", scale: "log" },
    y: { label: "accuracy", min: 0, max: 1, format: "percent" },
    series: [run, told, curve("majority vote", "vote"), curve("pass@K (oracle)", "passAtK")],
  };
}
