import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseWidths, type Widths } from "../core/effort.ts";
import { powersOfTwo } from "../eval/problem-figures.ts";
import { countText, percentText, shareText, type Table } from "../eval/report-text.ts";
import { type Simulation, simulate, simulationChart } from "../eval/simulate.ts";
import { openStore } from "../eval/store.ts";
import { renderChart } from "../plot/render.ts";
import { textTable } from "./eval-table.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";

export interface SimulateFlags {
  widths: string[];
  everyK?: boolean;
  svg?: string;
  json?: boolean;
}

/** What is forecast unless widths are named. */
const WIDTHS: Widths[] = [[2], [4], [8], [16], [32], [64], [16, 4], [32, 4], [32, 8]];

/** `pacore simulate` */
export async function runSimulate(
  folder: string,
  { widths, everyK, svg, json }: SimulateFlags,
): Promise<ExitCode> {
  const wanted = widths.map((text) => parseWidths(text, "--widths"));
  if (wanted.some((one) => one.length === 0))
    throw new InputError("--widths: none has no round to forecast.");
  const store = await openStore(join(folder, "evaluation.db"), { create: false });
  try {
    const simulation = simulate(store, wanted.length > 0 ? wanted : WIDTHS);
    if (svg !== undefined) {
      await mkdir(join(svg, ".."), { recursive: true });
      await writeFile(svg, renderChart(simulationChart(simulation)));
    }
    process.stdout.write(
      json ? `${JSON.stringify(simulation)}\n` : simulationText(simulation, everyK === true),
    );
    return EXIT.answered;
  } finally {
    await store.close();
  }
}

function simulationText(simulation: Simulation, everyK: boolean): string {
  const { problems, samples } = simulation;
  if (samples === 0)
    return `${problems} problems without plain samples: run pacore eval with --single or --self-consistency.\n`;
  const tables = [curveTable(simulation, everyK), forecastTable(simulation)].filter(
    (table) => table.rows.length > 0,
  );
  const head = `${problems} problems, up to ${samples} plain samples each; exact over all subsets.`;
  return `${[head, ...tables.map(textTable)].join("\n\n")}\n`;
}

function curveTable({ curves, samples }: Simulation, everyK: boolean): Table {
  const shown = new Set(powersOfTwo(samples));
  const text = (value: Simulation["curves"][number]["vote"]) => (value ? percentText(value) : "–");
  return {
    header: ["K", "majority vote % ± SE", "pass@K % ± SE", "TTC"],
    rows: curves
      .filter(({ k }) => everyK || shown.has(k))
      .map(({ k, vote, passAtK, ttc }) => [`${k}`, text(vote), text(passAtK), countText(ttc)]),
  };
}

function forecastTable({ measured, forecasts }: Simulation): Table {
  const name = (widths: Widths) => `[${widths.join(",")}]`;
  const run = new Map(measured.map((one) => [name(one.widths), one]));
  const rows = forecasts.map(({ widths, accuracy, extrapolated }) => {
    const known = run.get(name(widths));
    return [
      name(widths),
      shareText(accuracy),
      known ? percentText(known.accuracy) : "–",
      extrapolated ? "extrapolated" : "",
    ];
  });
  return { header: ["widths", "forecast %", "run % ± SE", ""], rows };
}
