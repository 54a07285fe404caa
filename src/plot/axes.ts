import { atX, atY, type Frame } from "./frame.ts";
import { tickText } from "./scale.ts";
import type { Axis, Chart } from "./spec.ts";
import { element, escapeXml, text } from "./svg.ts";
import type { PlotTheme } from "./theme.ts";

/** Grid, ticks and frame; the axes' names unless the chart is compact. */
export function axes({ x, y, compact = false }: Chart, frame: Frame, theme: PlotTheme): string {
  const { left, right, top, bottom } = frame;
  const { grid, ink: fill } = theme;
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
    element("line", { x1, y1, x2, y2, stroke });
  const vertical = frame.x.ticks.map((tick) => {
    const at = atX(frame, tick);
    return (
      line(at, top, at, bottom, grid) +
      text(at, bottom + 17, tickText(tick, x.format), { anchor: "middle", fill })
    );
  });
  const horizontal = frame.y.ticks.map((tick) => {
    const at = atY(frame, tick);
    return (
      line(left, at, right, at, grid) +
      text(left - 7, at + 4, tickText(tick, y.format), { anchor: "end", fill })
    );
  });
  return [
    ...vertical,
    ...horizontal,
    line(left, bottom, right, bottom, theme.frame),
    line(left, top, left, bottom, theme.frame),
    ...(compact ? [] : names({ x, y }, frame, fill)),
  ].join("");
}

function names(
  { x, y }: Pick<Chart, "x" | "y">,
  { left, right, top, bottom }: Frame,
  fill: string,
): string[] {
  const middle = (top + bottom) / 2;
  return [
    text((left + right) / 2, bottom + 38, axisLabel(x), { anchor: "middle", fill }),
    text(16, middle, axisLabel(y), { anchor: "middle", transform: `rotate(-90 16 ${middle})`, fill }),
  ];
}

const axisLabel = ({ label, scale }: Axis) => (scale === "log" ? `${label} (log)` : label);

/** Vertical lines with a word each, above the frame where no data are: where something changed. */
export function rules({ rules: all = [] }: Chart, frame: Frame, theme: PlotTheme): string {
  return all
    .map(({ x, label }) => {
      const at = atX(frame, x);
      const ends = { x1: at, y1: frame.top, x2: at, y2: frame.bottom };
      return (
        element("line", { ...ends, stroke: theme.frame, "stroke-dasharray": "3 3" }) +
        text(at, frame.top - 5, label, { anchor: "middle", size: 10.5, fill: theme.frame })
      );
    })
    .join("");
}

/** What the pointer finds where there is no mark; drawn last, or nothing would be found. */
export function bands({ bands: all = [] }: Chart, frame: Frame, theme: PlotTheme): string {
  return all
    .map(({ from, to, title }) => {
      const [x, end] = [atX(frame, from), atX(frame, to)].map((at) => clamped(at, frame)) as [number, number];
      const size = { x, y: frame.top, width: end - x, height: frame.bottom - frame.top };
      return element(
        "rect",
        { ...size, class: "band", fill: theme.ink, "fill-opacity": 0 },
        element("title", {}, escapeXml(title)),
      );
    })
    .join("");
}

const clamped = (at: number, { left, right }: Frame) => Math.min(right, Math.max(left, at));
