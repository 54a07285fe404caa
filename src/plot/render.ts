import { COLOURS, mark, round } from "./marks.ts";
import { type Scale, scaleOf, tickText } from "./scale.ts";
import type { Axis, Chart, Point, Series } from "./spec.ts";
import { element, escapeXml } from "./svg.ts";

const FONT = "ui-sans-serif, system-ui, sans-serif";
const LEGEND_LINE = 18;
/** Average width of a character at 12 px; SVG cannot measure text before it is drawn. */
const CHARACTER = 6.6;

interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
  x: Scale;
  y: Scale;
}

/** A chart as one SVG element: no script, no style sheet, no reference to anything outside. */
export function renderChart(chart: Chart): string {
  const { width = 640, height = 400, title, series } = chart;
  const frame = frameOf(chart, width, height);
  const body = [
    element("rect", { width, height, fill: "#fff" }),
    text(width / 2, 22, title, { anchor: "middle", size: 14, weight: "600" }),
    axes(chart, frame),
    ...inDrawingOrder(series).map(([one, i]) => seriesSvg(one, i, frame)),
    legend(series, frame),
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

function frameOf({ x, y, series }: Chart, width: number, height: number): Frame {
  const xs = series.flatMap((s) =>
    s.kind === "bars" ? s.bars.flatMap((b) => [b.x, b.x + b.width]) : s.points.map((p) => p.x),
  );
  const ys = series.flatMap((s) =>
    s.kind === "bars" ? [0, ...s.bars.map((b) => b.y)] : s.points.flatMap(reach),
  );
  const scale = { x: scaleOf(x, xs), y: scaleOf(y, ys) };
  const labels = Math.max(...scale.y.ticks.map((tick) => tickText(tick, y.format).length));
  const legendWidth =
    series.length > 1 ? Math.min(240, 40 + CHARACTER * Math.max(...series.map((s) => s.name.length))) : 20;
  return {
    left: 40 + labels * CHARACTER,
    top: 38,
    right: width - legendWidth,
    bottom: height - 48,
    ...scale,
  };
}

const reach = ({ y, error = 0 }: Point): number[] => [y - error, y + error];
const atX = (frame: Frame, value: number) => frame.left + frame.x.place(value) * (frame.right - frame.left);
const atY = (frame: Frame, value: number) => frame.bottom - frame.y.place(value) * (frame.bottom - frame.top);

interface TextStyle {
  anchor?: "start" | "middle" | "end";
  size?: number;
  weight?: string;
  fill?: string;
  transform?: string;
}

function text(
  x: number,
  y: number,
  content: string,
  { anchor, size, weight, fill = "#222", transform }: TextStyle = {},
): string {
  const attributes = {
    x,
    y,
    fill,
    "text-anchor": anchor,
    "font-size": size,
    "font-weight": weight,
    transform,
  };
  return element("text", attributes, escapeXml(content));
}

function axes({ x, y }: Chart, frame: Frame): string {
  const { left, right, top, bottom } = frame;
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
    element("line", { x1, y1, x2, y2, stroke });
  const vertical = frame.x.ticks.map((tick) => {
    const at = atX(frame, tick);
    return (
      line(at, top, at, bottom, "#eee") +
      text(at, bottom + 17, tickText(tick, x.format), { anchor: "middle" })
    );
  });
  const horizontal = frame.y.ticks.map((tick) => {
    const at = atY(frame, tick);
    return (
      line(left, at, right, at, "#eee") + text(left - 7, at + 4, tickText(tick, y.format), { anchor: "end" })
    );
  });
  const middle = (top + bottom) / 2;
  const labels = [
    text((left + right) / 2, bottom + 38, axisLabel(x), { anchor: "middle" }),
    text(16, middle, axisLabel(y), { anchor: "middle", transform: `rotate(-90 16 ${middle})` }),
  ];
  return [
    ...vertical,
    ...horizontal,
    line(left, bottom, right, bottom, "#888"),
    line(left, top, left, bottom, "#888"),
    ...labels,
  ].join("");
}

/** Lines without marks first, so that they cover no point; colours stay by the order given. */
function inDrawingOrder(series: readonly Series[]): [Series, number][] {
  const numbered = series.map((one, i): [Series, number] => [one, i]);
  const behind = ([one]: [Series, number]) => one.kind === "points" && one.marks === false;
  return [...numbered.filter(behind), ...numbered.filter((one) => !behind(one))];
}

const axisLabel = ({ label, scale }: Axis) => (scale === "log" ? `${label} (log)` : label);

function seriesSvg(series: Series, index: number, frame: Frame): string {
  const colour = COLOURS[index % COLOURS.length] as string;
  if (series.kind === "bars") {
    const fill = { fill: colour, "fill-opacity": 0.55 };
    return series.bars
      .map(({ x, width, y }) => {
        const [from, to] = [atX(frame, x), atX(frame, x + width)];
        const top = atY(frame, y);
        return element("rect", {
          x: from + 0.5,
          y: top,
          width: Math.max(0, to - from - 1),
          height: Math.max(0, frame.bottom - top),
          ...fill,
        });
      })
      .join("");
  }
  const points = series.points.filter(({ x, y }) => frame.x.shows(x) && frame.y.shows(y));
  const path = points.map((p) => `${round(atX(frame, p.x))},${round(atY(frame, p.y))}`).join(" ");
  const dash = series.dashed ? "5 4" : undefined;
  const line =
    series.line && points.length > 1
      ? element("polyline", {
          points: path,
          fill: "none",
          stroke: colour,
          "stroke-width": 1.8,
          "stroke-dasharray": dash,
        })
      : "";
  const marks = series.marks === false ? [] : points.map((p) => pointSvg(p, { index, colour, frame }));
  return line + marks.join("");
}

function pointSvg(
  point: Point,
  { index, colour, frame }: { index: number; colour: string; frame: Frame },
): string {
  const [x, y] = [atX(frame, point.x), atY(frame, point.y)];
  const label = point.label ? text(x + 8, y - 7, point.label, { size: 11, fill: colour }) : "";
  return errorBar(point, x, { colour, frame }) + mark(x, y, index, colour) + label;
}

function errorBar(
  { y, error }: Point,
  x: number,
  { colour, frame }: { colour: string; frame: Frame },
): string {
  if (!error) return "";
  const [low, high] = [clamped(atY(frame, y - error), frame), clamped(atY(frame, y + error), frame)];
  const path = `M${round(x)} ${round(low)}V${round(high)}M${round(x - 4)} ${round(high)}h8M${round(x - 4)} ${round(low)}h8`;
  return element("path", { d: path, stroke: colour, "stroke-width": 1.3, fill: "none" });
}

const clamped = (at: number, { top, bottom }: Frame) => Math.min(bottom, Math.max(top, at));

function legend(series: readonly Series[], { right, top }: Frame): string {
  if (series.length < 2) return "";
  return series
    .map((one, i) => {
      const y = top + 8 + i * LEGEND_LINE;
      const short = one.name.length > 32 ? `${one.name.slice(0, 31)}…` : one.name;
      return legendSign(one, { x: right + 15, y, index: i }) + text(right + 28, y + 4, short);
    })
    .join("");
}

function legendSign(series: Series, { x, y, index }: { x: number; y: number; index: number }): string {
  const colour = COLOURS[index % COLOURS.length] as string;
  if (series.kind === "bars") {
    return element("rect", { x: x - 5, y: y - 5, width: 10, height: 10, fill: colour, "fill-opacity": 0.55 });
  }
  if (series.marks !== false) return mark(x, y, index, colour);
  const dash = series.dashed ? "5 4" : undefined;
  return element("line", {
    x1: x - 9,
    y1: y,
    x2: x + 9,
    y2: y,
    stroke: colour,
    "stroke-width": 1.8,
    "stroke-dasharray": dash,
  });
}
