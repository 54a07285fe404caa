import type { Axis, TickFormat } from "./spec.ts";

export interface Scale {
  ticks: readonly number[];
  /** Data to a share of the axis, 0 … 1 within it. */
  place(value: number): number;
  /** Whether a value can be shown: finite, and above 0 on a log axis. */
  shows(value: number): boolean;
}

/** A scale that covers the data (and the axis' own bounds) and ends at ticks. */
export function scaleOf({ scale = "linear", min, max, whole = false }: Axis, data: readonly number[]): Scale {
  const shows = (value: number) => Number.isFinite(value) && (scale === "linear" || value > 0);
  const shown = data.filter(shows);
  const low = min ?? (shown.length > 0 ? Math.min(...shown) : scale === "log" ? 1 : 0);
  const high = max ?? (shown.length > 0 ? Math.max(...shown) : scale === "log" ? 10 : 1);
  return scale === "log" ? logScale(low, high, shows) : linearScale({ low, high, min, max, whole }, shows);
}

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED_TICKS = 5;

/** The least of 1, 2, 2.5, 5 × 10ⁿ that gives no more than about five ticks. */
export function niceStep(span: number): number {
  const rough = span / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

interface Bounds {
  low: number;
  high: number;
  min: number | undefined;
  max: number | undefined;
  whole: boolean;
}

function linearScale({ low, high, min, max, whole }: Bounds, shows: Scale["shows"]): Scale {
  const flat = high - low <= Math.abs(high) * 1e-12;
  const [from, to] = flat ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
  const step = niceStep(to - from);
  const start = min ?? Math.floor(from / step + 1e-9) * step;
  const end = max ?? Math.ceil(to / step - 1e-9) * step;
  const first = Math.ceil(start / step - 1e-9);
  const count = Math.floor(end / step + 1e-9) - first + 1;
  // A multiple of the step, not a sum of steps: 0.1 + 0.2 would not be 0.3.
  const ticks = Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  const shown = whole ? ticks.filter(Number.isInteger) : ticks;
  return { ticks: shown, shows, place: (value) => (value - start) / (end - start) };
}

function logScale(low: number, high: number, shows: Scale["shows"]): Scale {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const decades = Math.max(1, Math.ceil(to - 1e-9) - Math.floor(from + 1e-9));
  // Few decades need ticks between them; many need some left out.
  const mantissas = decades <= 2 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / 8));
  const candidates: number[] = [];
  for (let d = Math.floor(from + 1e-9); d <= Math.ceil(to - 1e-9) + 1; d += stride) {
    for (const m of mantissas) candidates.push(Number((m * 10 ** d).toPrecision(12)));
  }
  const start = candidates.findLast((tick) => tick <= low * (1 + 1e-9)) ?? low;
  const end = candidates.find((tick) => tick >= high * (1 - 1e-9) && tick > start) ?? high;
  const [bottom, top] = [Math.log10(start), Math.log10(end)];
  return {
    ticks: candidates.filter((tick) => tick >= start && tick <= end),
    shows,
    place: (value) => (Math.log10(value) - bottom) / (top - bottom),
  };
}

const SUFFIXES: readonly [number, string][] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** Smaller ones are easier read as powers of ten. */
const LEAST_PLAIN = 1e-4;

/** 0.25 → "25%", 1500 → "1.5k", 0.00001 → "1e−5". */
export function tickText(value: number, format: TickFormat = "number"): string {
  if (format === "percent") return `${trimmed(value * 100)}%`;
  const [unit, suffix] = SUFFIXES.find(([size]) => format === "count" && Math.abs(value) >= size) ?? [1, ""];
  return `${trimmed(value / unit)}${suffix}`;
}

function trimmed(value: number): string {
  const cut = Number(value.toPrecision(6));
  const small = cut !== 0 && Math.abs(cut) < LEAST_PLAIN;
  return (small ? cut.toExponential() : cut.toString()).replaceAll("-", "−");
}
