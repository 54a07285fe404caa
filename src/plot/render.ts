import { axes, bands, rules } from "./axes.ts";
import { frameOf } from "./frame.ts";
import { legend } from "./legend.ts";
import { seriesSvg } from "./series-svg.ts";
import type { Chart, Series } from "./spec.ts";
import { element, escapeXml, text } from "./svg.ts";
import { LIGHT, seriesColour } from "./theme.ts";

const FONT = "ui-sans-serif, system-ui, sans-serif";

/** A chart as one SVG element: no script, no style sheet, no reference to anything outside. */
export function renderChart(chart: Chart): string {
  const { width = 640, height = 400, title, series, compact = false, theme = LIGHT } = chart;
  const frame = frameOf(chart, width, height);
  const head = { anchor: "middle", size: 14, weight: "600", fill: theme.ink } as const;
  const body = [
    element("rect", { width, height, fill: theme.paper }),
    compact ? "" : text(width / 2, 22, title, head),
    axes(chart, frame, theme),
    rules(chart, frame, theme),
    ...inDrawingOrder(series).map(([one, index]) =>
      seriesSvg(one, { frame, index, colour: seriesColour(theme, one.colour ?? index) }),
    ),
    compact ? "" : legend(series, frame, theme),
    bands(chart, frame, theme),
  ];
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
  };
  return element(
    "svg",
    { ...attributes, role: "img", "font-family": FONT, "font-size": 12 },
    element("title", {}, escapeXml(title)),
    ...body,
  );
}

/** Lines without marks first, so that they cover no point; colours stay by the order given. */
function inDrawingOrder(series: readonly Series[]): [Series, number][] {
  const numbered = series.map((one, i): [Series, number] => [one, i]);
  const behind = ([one]: [Series, number]) => one.kind === "points" && one.marks === false;
  return [...numbered.filter(behind), ...numbered.filter((one) => !behind(one))];
}
