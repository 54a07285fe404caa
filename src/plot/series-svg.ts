import { atX, atY, type Frame } from "./frame.ts";
import { mark, round } from "./marks.ts";
import type { Point, Series } from "./spec.ts";
import { element, escapeXml, text } from "./svg.ts";

interface Drawing {
  frame: Frame;
  /** Place of the series: it decides the mark. */
  index: number;
  colour: string;
}

/** What a series looks like inside the frame. What the scales cannot show is left out. */
export function seriesSvg(series: Series, drawing: Drawing): string {
  return series.kind === "bars" ? bars(series.bars, drawing) : points(series, drawing);
}

type Kind<K extends Series["kind"]> = Extract<Series, { kind: K }>;

function bars(all: Kind<"bars">["bars"], { frame, colour }: Drawing): string {
  return all
    .map(({ x, width, y }) => {
      const [from, to] = [atX(frame, x), atX(frame, x + width)];
      const top = atY(frame, y);
      const size = { width: Math.max(0, to - from - 1), height: Math.max(0, frame.bottom - top) };
      return element("rect", { x: from + 0.5, y: top, ...size, fill: colour, "fill-opacity": 0.55 });
    })
    .join("");
}

function points(series: Kind<"points">, drawing: Drawing): string {
  const { frame, colour } = drawing;
  const shown = series.points.filter(({ x, y }) => frame.x.shows(x) && frame.y.shows(y));
  const path = shown.map((p) => `${round(atX(frame, p.x))},${round(atY(frame, p.y))}`).join(" ");
  const line =
    series.line && shown.length > 1
      ? element("polyline", { points: path, fill: "none", ...stroke(series, colour) })
      : "";
  // A line of one point would be nothing to see.
  const marked = series.marks ?? true;
  return line + (marked || shown.length === 1 ? shown.map((p) => pointSvg(p, drawing)).join("") : "");
}

/** How a line of a series is drawn, in the frame and in the legend. */
export function stroke({ dashed, faint }: Kind<"points">, colour: string) {
  return {
    stroke: colour,
    "stroke-width": faint ? 1 : 1.8,
    "stroke-opacity": faint ? 0.35 : undefined,
    "stroke-linejoin": "round",
    "stroke-dasharray": dashed ? "5 4" : undefined,
  };
}

function pointSvg(point: Point, { index, colour, frame }: Drawing): string {
  const [x, y] = [atX(frame, point.x), atY(frame, point.y)];
  const label = point.label ? text(x + 8, y - 7, point.label, { size: 11, fill: colour }) : "";
  const drawn = errorBar(point, x, { colour, frame }) + mark(x, y, index, colour) + label;
  return point.title === undefined
    ? drawn
    : element("g", {}, element("title", {}, escapeXml(point.title)), drawn);
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
