import { element } from "./svg.ts";

const MARKS = ["circle", "square", "diamond", "triangle"] as const;

/** To hundredths of a pixel. */
export const round = (value: number) => Math.round(value * 100) / 100;

/** The mark of a series, by its place in the chart. */
export function mark(x: number, y: number, index: number, fill: string): string {
  const size = 4.5;
  const shape = MARKS[Math.floor(index) % MARKS.length];
  switch (shape) {
    case "square":
      return element("rect", {
        x: x - size + 0.5,
        y: y - size + 0.5,
        width: 2 * size - 1,
        height: 2 * size - 1,
        fill,
      });
    case "diamond":
      return element("path", {
        d: `M${round(x)} ${round(y - size - 1)}l${size + 1} ${size + 1}l${-size - 1} ${size + 1}l${-size - 1} ${-size - 1}z`,
        fill,
      });
    case "triangle":
      return element("path", {
        d: `M${round(x)} ${round(y - size - 1)}l${size + 1} ${2 * size}h${-2 * size - 2}z`,
        fill,
      });
    default:
      return element("circle", { cx: x, cy: y, r: size, fill });
  }
}
