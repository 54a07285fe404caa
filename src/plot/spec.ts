/** How a value on an axis is written. */
export type TickFormat = "number" | "percent" | "count";

export interface Axis {
  label: string;
  scale?: "linear" | "log";
  /** Default: what the data need, rounded to ticks. */
  min?: number;
  max?: number;
  format?: TickFormat;
}

export interface Point {
  x: number;
  y: number;
  /** Half the length of a vertical error bar: one standard error. */
  error?: number | undefined;
  /** Written beside the point. */
  label?: string;
}

/** Points, joined or not; or bars from `x` to `x + width`. */
export type Series =
  | {
      kind: "points";
      name: string;
      points: readonly Point[];
      line?: boolean;
      dashed?: boolean;
      marks?: boolean;
    }
  | { kind: "bars"; name: string; bars: readonly { x: number; width: number; y: number }[] };

/** A picture as plain data. */
export interface Chart {
  title: string;
  /** Pixels. */
  width?: number;
  height?: number;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}
