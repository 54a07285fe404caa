import { element } from "./svg.ts";

/** Told apart by people who see fewer colours, too (Okabe and Ito), and by their marks. */
export const COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#666666",
  "#000000",
];
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
