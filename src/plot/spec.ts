import type { PlotTheme } from "./theme.ts";

/** How a value on an axis is written. */
export type TickFormat = "number" | "percent" | "count";

export interface Axis {
  label: string;
  scale?: "linear" | "log";
  /** Default: what the data need, rounded to ticks. */
  min?: number;
  max?: number;
  format?: TickFormat;
  /** Ticks at whole numbers alone: what is between them does not exist. */
  whole?: boolean;
}

export interface Point {
  x: number;
  y: number;
  /** Half the length of a vertical error bar: one standard error. */
  error?: number | undefined;
  /** Written beside the point. */
  label?: string;
  /** Shown when the pointer is on the point. */
  title?: string;
}

/**
 * Points, joined or not; or bars from `x` to `x + width`. `colour` counts in the theme; default: the series' place in
 * the chart.
 */
export type Series =
  | {
      kind: "points";
      name: string;
      points: readonly Point[];
      line?: boolean;
      dashed?: boolean;
      /** A line behind those that matter: thin and pale. */
      faint?: boolean;
      marks?: boolean;
      colour?: number;
    }
  | {
      kind: "bars";
      name: string;
      bars: readonly { x: number; width: number; y: number }[];
      colour?: number;
    };

/** A picture as plain data. */
export interface Chart {
  title: string;
  /** Pixels. */
  width?: number;
  height?: number;
  x: Axis;
  y: Axis;
  series: readonly Series[];
  /** Default: on white. */
  theme?: PlotTheme;
  /** One of many small ones: narrow margins; title, axes' names and legend are said by whoever places it. */
  compact?: boolean;
  /** Vertical lines, each with a word at its top. */
  rules?: readonly { x: number; label: string }[];
  /** Parts of the frame that show a title under the pointer. */
  bands?: readonly { from: number; to: number; title: string }[];
}
