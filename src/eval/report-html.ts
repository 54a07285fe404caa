import { renderChart } from "../plot/render.ts";
import type { Chart } from "../plot/spec.ts";
import { escapeXml } from "../plot/svg.ts";
import type { Detail, DetailTrial } from "./details.ts";
import { type ReportData, type Section, sectionsOf } from "./report-sections.ts";
import { shareText, type Table } from "./report-text.ts";

/** A line of the table of problems. */
export interface ProblemRow {
  id: string;
  means: Record<string, number>;
}

export interface HtmlReport extends ReportData {
  title: string;
  charts: Record<string, Chart>;
  problems: readonly ProblemRow[];
  details: readonly Detail[];
}

const STYLE = `
  body { font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; color: #222; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
  h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd }
  .scroll { overflow-x: auto } table { border-collapse: collapse; font-size: .87rem; margin: .8rem 0 }
  th, td { padding: .25rem .6rem; border-bottom: 1px solid #eee; text-align: right; vertical-align: top; font-variant-numeric: tabular-nums }
  th { background: #f6f6f6 } th:first-child, td:first-child, .card td { text-align: left }
  .card td:last-child { overflow-wrap: anywhere } .card th { display: none } td:first-child { white-space: nowrap }
  .charts { display: flex; flex-wrap: wrap; gap: 1rem } svg { max-width: 100%; height: auto }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f7f7f7; padding: .6rem; margin: .3rem 0; max-height: 24rem; overflow-y: auto }
  pre.reasoning { color: #666 } details { margin: .3rem 0 .3rem .8rem } summary { cursor: pointer }
  .right { color: #00703c } .wrong { color: #b02a00 } .unscored { color: #777 }
  .problem { border-top: 1px solid #ddd; padding-top: .6rem; margin-top: 1.2rem }
  .problem h3 { font-size: 1rem; margin: .2rem 0 }
  .right-cell { background: #e3f4ea } .wrong-cell { background: #fbeae4 }
  p.note { color: #555; max-width: 60rem }`;

/** The report as one file: no script, no network, every text escaped. */
export function* htmlReport(report: HtmlReport): Generator<string> {
  const { title, charts, problems, details } = report;
  yield `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeXml(title)}</title><style>${STYLE}</style><body><h1>${escapeXml(title)}</h1>`;
  const sections = sectionsOf(report);
  for (const section of sections.slice(0, -1)) yield sectionHtml(section, charts);
  yield* problemTable(problems, report.card.methods, new Set(details.map(({ id }) => id)));
  yield sectionHtml(sections.at(-1) as Section, charts);
  yield* detailSections(details, problems.length);
  yield "</body></html>\n";
}

function sectionHtml(
  { title, paragraphs, tables, charts: names }: Section,
  charts: Record<string, Chart>,
): string {
  const pictures = names.map((name) => charts[name]).filter((chart) => chart !== undefined);
  return [
    `<h2>${escapeXml(title)}</h2>`,
    ...paragraphs.map((text) => `<p class="note">${escapeXml(text)}</p>`),
    ...tables.map((table) => tableHtml(table, title === "Run card" ? "card" : "")),
    ...(pictures.length > 0 ? [`<div class="charts">${pictures.map(renderChart).join("")}</div>`] : []),
  ].join("\n");
}

function tableHtml({ header, rows }: Table, className: string): string {
  const cells = (tag: string, row: string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table class="${className}">${cells("th", header)}${rows.map((row) => cells("td", row)).join("")}</table></div>`;
}

/** More lines than this make a page that scrolls badly; `results.jsonl` has them all. */
const MOST_ROWS = 2000;

function* problemTable(
  problems: readonly ProblemRow[],
  methods: readonly string[],
  linked: ReadonlySet<string>,
): Generator<string> {
  yield "<h2>Problems</h2>";
  if (problems.length > MOST_ROWS)
    yield `<p class="note">The first ${MOST_ROWS} of ${problems.length}; results.jsonl has all.</p>`;
  const head = ["problem", ...methods].map((text) => `<th>${escapeXml(text)}</th>`).join("");
  yield `<div class="scroll"><table><tr>${head}</tr>`;
  for (const { id, means } of problems.slice(0, MOST_ROWS)) {
    const name = linked.has(id) ? `<a href="#${anchor(id)}">${escapeXml(id)}</a>` : escapeXml(id);
    yield `<tr><td>${name}</td>${methods.map((key) => meanCell(means[key])).join("")}</tr>`;
  }
  yield "</table></div>";
}

function meanCell(mean: number | undefined): string {
  const className = mean === 1 ? "right-cell" : mean === 0 ? "wrong-cell" : "";
  return `<td class="${className}">${shareText(mean)}</td>`;
}

function* detailSections(details: readonly Detail[], all: number): Generator<string> {
  if (details.length === 0) return;
  yield "<h2>Trajectories</h2>";
  const which =
    details.length < all ? `of the first ${details.length} of ${all} problems` : "of every problem";
  yield `<p class="note">The first repetition of each method, ${which}; long texts lose their middle. Everything is in evaluation.db.</p>`;
  for (const { id, question, answer, trials } of details) {
    yield `<div class="problem" id="${anchor(id)}"><h3>${escapeXml(id)}</h3><pre>${escapeXml(question)}</pre><p>Gold: <code>${escapeXml(answer)}</code></p>${trials.map(trialHtml).join("")}</div>`;
  }
}

function trialHtml({ label, value, status, answer, tokens, calls }: DetailTrial): string {
  const [className, verdict] =
    status === "failed"
      ? ["unscored", "failed"]
      : value === null
        ? ["unscored", "unscored"]
        : value >= 1
          ? ["right", "right"]
          : ["wrong", value > 0 ? shareText(value) : "wrong"];
  const inner = calls
    .map(
      ({ label: place, text, reasoning, tokens: each }) =>
        `<details><summary>${escapeXml(place)}, ${each} tokens: ${escapeXml(text.slice(-80))}</summary>${reasoning ? `<pre class="reasoning">${escapeXml(reasoning)}</pre>` : ""}<pre>${escapeXml(text)}</pre></details>`,
    )
    .join("");
  return `<details><summary>${escapeXml(label)}: <span class="${className}">${verdict}</span>, ${tokens} tokens, <code>${escapeXml(answer)}</code></summary>${inner}</details>`;
}

/** An id that is safe as a fragment, and as different as the problems' own. */
const anchor = (id: string): string => `p-${encodeURIComponent(id).replaceAll("%", ".")}`;
