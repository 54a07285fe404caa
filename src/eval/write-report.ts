import { createWriteStream } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Price } from "../core/receipt.ts";
import type { Problem } from "../data/problem.ts";
import { renderChart } from "../plot/render.ts";
import { chartsOf } from "./charts.ts";
import { DetailCollector } from "./details.ts";
import type { EvaluationPlan, Outcome } from "./evaluate.ts";
import { samplesOf } from "./plan.ts";
import { htmlReport } from "./report-html.ts";
import { markdownReport } from "./report-markdown.ts";
import type { RunCard } from "./run-card.ts";
import type { EvaluationStore, StoredTrial } from "./store.ts";
import { Summariser, type Summary } from "./summary.ts";
import { SAMPLE } from "./trial.ts";

export interface ReportOptions {
  store: EvaluationStore;
  problems: readonly Problem[];
  plan: EvaluationPlan;
  price?: Price | undefined;
  outcome: Outcome;
  card: RunCard;
  folder: string;
  title?: string;
}

/**
 * Write `report.md`, `report.html`, an SVG file a plot, `results.jsonl` (a line a trial) and `run.json` to a
 * folder. Each file appears whole or not at all.
 */
export async function writeReport(options: ReportOptions): Promise<Summary> {
  const {
    store,
    problems,
    plan,
    price,
    outcome,
    card,
    folder,
    title = `Evaluation of ${card.model} on ${card.data}`,
  } = options;
  await mkdir(folder, { recursive: true });
  const byNumber = problemsByNumber(store, problems);
  const summariser = new Summariser(plan, price);
  const details = new DetailCollector(store);
  const repetitions = new Map(plan.methods.map(({ key }) => [key, plan.samples]));
  repetitions.set(SAMPLE, samplesOf(plan));
  // A store may hold more than this report is about.
  const isPlanned = ({ method, repetition }: StoredTrial) => repetition < (repetitions.get(method) ?? 0);
  await writeWhole(join(folder, "results.jsonl"), function* () {
    for (const { problem: number, trials } of store.trialsByProblem()) {
      const problem = byNumber.get(number);
      const planned = trials.filter(isPlanned);
      if (!problem) continue;
      summariser.add(number, planned);
      details.add(problem, planned);
      yield planned.map((stored) => resultLine(problem, stored)).join("");
    }
  });
  const summary = summariser.finish();
  const charts = chartsOf(summary);
  const rows = [...summary.byProblem].map(([number, means]) => ({
    id: byNumber.get(number)?.id ?? "",
    means,
  }));
  const data = { card, outcome, summary };
  await writeWhole(join(folder, "report.html"), () =>
    htmlReport({ ...data, title, charts, problems: rows, details: details.details }),
  );
  await writeFile(join(folder, "report.md"), markdownReport(data, title));
  await writeFile(join(folder, "run.json"), `${JSON.stringify({ ...card, outcome }, null, 2)}\n`);
  for (const [name, chart] of Object.entries(charts))
    await writeFile(join(folder, `${name}.svg`), renderChart(chart));
  return summary;
}

function problemsByNumber(store: EvaluationStore, problems: readonly Problem[]): Map<number, Problem> {
  const numbers = store.problems();
  return new Map(problems.map((problem) => [numbers.get(problem.id)?.number ?? -1, problem]));
}

/** One trial for other programs: a stable, flat record. */
function resultLine({ id }: Problem, { method, repetition, trial }: StoredTrial): string {
  const { status, value, answer, cutOff, cost, references, error, explanation } = trial;
  const line = {
    problem: id,
    method,
    repetition,
    status,
    value,
    answer,
    cutOff,
    ...cost,
    references,
    error,
    explanation,
  };
  return `${JSON.stringify(line)}\n`;
}

async function writeWhole(path: string, parts: () => Iterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  await pipeline(Readable.from(parts(), { objectMode: true }), createWriteStream(partial));
  await rename(partial, path);
}
