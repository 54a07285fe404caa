export { shortCount } from "../../core/progress-text.ts";

/** 2140 → "2.1s", 95_000 → "1m35s". */
export function shortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

/** 0.0634 → "6%". */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** "[32, 4]"; "one plain call" without any. */
export function widthsText(widths: readonly number[]): string {
  return widths.length === 0 ? "one plain call" : `[${widths.join(", ")}]`;
}
