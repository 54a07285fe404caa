import { type Scale, scaleOf, tickText } from "./scale.ts";
import type { Chart, Point, Series } from "./spec.ts";

/** Average width of a character at 12 px; SVG cannot measure text before it is drawn. */
const CHARACTER = 6.6;

/** The rectangle that data are drawn in, in pixels, and its scales. */
export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
  x: Scale;
  y: Scale;
}

export function frameOf(
  { x, y, series, rules, compact = false }: Chart,
  width: number,
  height: number,
): Frame {
  const xs = series.flatMap((s) =>
    s.kind === "bars" ? s.bars.flatMap((b) => [b.x, b.x + b.width]) : s.points.map((p) => p.x),
  );
  const ys = series.flatMap((s) =>
    s.kind === "bars" ? [0, ...s.bars.map((b) => b.y)] : s.points.flatMap(reach),
  );
  const scale = { x: scaleOf(x, xs), y: scaleOf(y, ys) };
  const labels = CHARACTER * Math.max(...scale.y.ticks.map((tick) => tickText(tick, y.format).length));
  const top = (compact ? 10 : 38) + (rules?.length ? 10 : 0);
  if (compact) return { left: 12 + labels, top, right: width - 14, bottom: height - 24, ...scale };
  return {
    left: 40 + labels,
    top,
    right: width - legendWidth(series),
    bottom: height - 48,
    ...scale,
  };
}

function legendWidth(series: readonly Series[]): number {
  if (series.length < 2) return 20;
  return Math.min(240, 40 + CHARACTER * Math.max(...series.map(({ name }) => name.length)));
}

const reach = ({ y, error = 0 }: Point): number[] => [y - error, y + error];

export const atX = (frame: Frame, value: number): number =>
  frame.left + frame.x.place(value) * (frame.right - frame.left);

export const atY = (frame: Frame, value: number): number =>
  frame.bottom - frame.y.place(value) * (frame.bottom - frame.top);
