import { renderChart } from "../../plot/render.ts";
import { escapeXml } from "../../plot/svg.ts";
import { figureText } from "./figure-text.ts";
import type { RecordedIteration } from "./recorded.ts";
import { panelChart, samplesOf, windowOf } from "./run-charts.ts";
import { type Panel, type PanelLine, panelGroups } from "./run-panels.ts";
import { PAGE_THEME } from "./run-style.ts";
import { type Sample, smoothed, smoothingWindow } from "./smooth.ts";

/** Every group of metrics as small charts; what has nothing to plot is said in words. */
export function panelSections(iterations: readonly RecordedIteration[]): string[] {
  if (iterations.length === 0) return ["<p>No iteration is finished yet.</p>"];
  const window = smoothingWindow(iterations.length);
  const said: string[] = [];
  const sections = panelGroups(iterations).flatMap(({ title, panels }) => {
    const figures = panels.flatMap((panel) => {
      const measured = measuredPanel(panel, iterations);
      const flat = inWords(measured, iterations);
      if (flat !== undefined) said.push(flat);
      return flat === undefined ? [panelFigure(measured, iterations)] : [];
    });
    return figures.length === 0
      ? []
      : [`<h2>${escapeXml(title)}</h2>`, `<div class="panels">${figures.join("\n")}</div>`];
  });
  return [
    ...(window > 1 ? [`<p class="how">${meansText(window)}</p>`] : []),
    ...sections,
    ...(said.length > 0 ? ["<h2>Without a plot</h2>", `<p>${escapeXml(said.join(" · "))}</p>`] : []),
  ];
}

const meansText = (window: number) =>
  `Pale lines are single iterations; bold lines, and the figures above a plot, are means of the ${window} around each.`;

/** Without the lines that were never measured. */
function measuredPanel(panel: Panel, iterations: readonly RecordedIteration[]): Panel {
  return { ...panel, lines: panel.lines.filter((line) => samplesOf(line, iterations).length > 0) };
}

/** "Clip fraction: 0.0% throughout". */
function inWords(
  { title, axis, lines }: Panel,
  iterations: readonly RecordedIteration[],
): string | undefined {
  if (lines.length === 0) return `${title}: not measured`;
  if (iterations.length === 1) return undefined;
  const constants = lines.map((line) => [...new Set(samplesOf(line, iterations).map(({ y }) => y))]);
  if (constants.some((values) => values.length > 1)) return undefined;
  const texts = constants.map(([value], i) => `${lines[i]?.name} ${figureText(value, axis?.format)}`.trim());
  return `${title}: ${texts.join(", ")} throughout`;
}

function panelFigure(panel: Panel, iterations: readonly RecordedIteration[]): string {
  const { title, note, lines, axis } = panel;
  const window = windowOf(panel, iterations);
  const latest = (line: PanelLine): Sample | undefined =>
    smoothed(samplesOf(line, iterations), window).at(-1);
  const value = (line: PanelLine) => escapeXml(figureText(latest(line)?.y, axis?.format));
  const [first] = lines;
  const caption = [
    `<b>${escapeXml(title)}</b>`,
    lines.length === 1 && first ? `<span class="value">${value(first)}</span>` : "<span></span>",
    `<small>${escapeXml(note)}</small>`,
  ];
  const keys = lines.map(
    ({ name, ...line }, i) =>
      `<span><i style="background:${PAGE_THEME.series[i % PAGE_THEME.series.length]}"></i>${escapeXml(name)} ${value({ name, ...line })}</span>`,
  );
  const key = lines.length > 1 ? `<div class="key">${keys.join("")}</div>` : "";
  const svg = renderChart({ ...panelChart(panel, iterations), theme: PAGE_THEME });
  return `<figure><figcaption>${caption.join("")}</figcaption>${key}${svg}</figure>`;
}
