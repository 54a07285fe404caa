import { renderChart } from "../../plot/render.ts";
import { escapeXml } from "../../plot/svg.ts";
import { figureText } from "./figure-text.ts";
import type { RecordedEvaluation } from "./recorded.ts";
import { evaluationChart, methodsOf } from "./run-charts.ts";
import { panelSections } from "./run-panel-html.ts";
import type { RunRecord } from "./run-record.ts";
import { PAGE_THEME, RUN_STYLE } from "./run-style.ts";
import { runTiles } from "./run-tiles.ts";

/** A training run as one file: no script, no network, every text escaped; light or dark as the reader has it. */
export function runPage(run: RunRecord): string {
  const title = `Training run ${run.name}`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escapeXml(title)}</title><style>${RUN_STYLE}</style></head><body>`,
    `<h1>${escapeXml(title)}</h1>`,
    tiles(run),
    ...evaluationSection(run),
    ...panelSections(run.iterations),
    ...recipeSection(run),
    "</body></html>\n",
  ].join("\n");
}

function tiles(run: RunRecord): string {
  const all = runTiles(run).map(({ name, value, note }) => {
    const [top, middle, bottom] = [name, value, note].map(escapeXml);
    return `<div class="tile"><span>${top}</span><b>${middle}</b><span>${bottom}</span></div>`;
  });
  return `<div class="tiles">${all.join("")}</div>`;
}

function evaluationSection({ evaluations, iterations }: RunRecord): string[] {
  if (evaluations.length === 0) return [];
  const problems = [...new Set(evaluations.map((one) => figureText(one.problems, "count")))].join(" or ");
  const chart = { ...evaluationChart(evaluations, iterations), theme: PAGE_THEME };
  return [
    "<h2>Held-out problems</h2>",
    `<p>${escapeXml(problems)} problems that no training step has seen; bars are one standard error.</p>`,
    `<figure class="wide">${renderChart(chart)}</figure>`,
    evaluationTable(evaluations),
  ];
}

/** The first evaluation beside the last: what training changed. */
function evaluationTable(evaluations: readonly RecordedEvaluation[]): string {
  const shown = evaluations.filter((_, i) => i === 0 || i === evaluations.length - 1);
  const cell = ({ accuracy }: RecordedEvaluation, method: string) =>
    `${figureText(accuracy[method]?.value, "percent")} ± ${figureText(accuracy[method]?.error, "percent")}`;
  return table(
    ["method", ...shown.map(({ iteration }) => `iteration ${iteration}`)],
    methodsOf(evaluations).map((method) => [method, ...shown.map((one) => cell(one, method))]),
  );
}

function recipeSection({ recipe, sources }: RunRecord): string[] {
  const entries = Object.entries(recipe);
  if (entries.length === 0) return [];
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const rows = entries.map(([name, value]) => [name, text(value), sources[name] ?? ""]);
  return ["<h2>Recipe</h2>", table(["field", "value", "source of the default"], rows, "recipe")];
}

function table(header: readonly string[], rows: readonly string[][], className = ""): string {
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join("")}</tr>`;
  const body = [line("th", header), ...rows.map((row) => line("td", row))].join("");
  return `<div class="scroll"><table class="${className}">${body}</table></div>`;
}
