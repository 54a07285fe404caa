/** Pictures as plain data, and as SVG. */
export { histogram } from "./histogram.ts";
export { renderChart } from "./render.ts";
export type { Axis, Chart, Point, Series, TickFormat } from "./spec.ts";
export { escapeXml } from "./svg.ts";
export { LIGHT, type PlotTheme } from "./theme.ts";
