import type { TickFormat } from "../../plot/spec.ts";

/** From which size on, the unit, its letter: four digits are read as they are. */
const UNITS: readonly [number, number, string][] = [
  [1e9, 1e9, "G"],
  [1e6, 1e6, "M"],
  [1e4, 1e3, "k"],
];

/** A figure to about three digits: "12.3%", "59.1k", "0.0123", "2.5e−7"; "–" where nothing was measured. */
export function figureText(value: number | null | undefined, format: TickFormat = "number"): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (format === "percent") return `${minus((100 * value).toFixed(1))}%`;
  if (format === "count") {
    const [, unit, suffix] = UNITS.find(([size]) => Math.abs(value) >= size) ?? [0, 1, ""];
    return minus(`${Number((value / unit).toPrecision(4))}`) + suffix;
  }
  if (value !== 0 && Math.abs(value) < 1e-3) return minus(Number(value.toPrecision(3)).toExponential());
  return minus(`${Number(value.toPrecision(3))}`);
}

const minus = (text: string): string => text.replaceAll("-", "−");

/** 375 → "6 min 15 s". */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
