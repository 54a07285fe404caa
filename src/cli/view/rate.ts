/** Recent enough to show a change, long enough not to flicker. */
const WINDOW_MS = 5000;

/** Tokens per second over the last seconds. Call it with the total whenever it is to be shown. */
export function tokenRate(windowMs: number = WINDOW_MS): (now: number, total: number) => number {
  const samples: { at: number; total: number }[] = [];
  return (now, total) => {
    samples.push({ at: now, total });
    while (samples.length > 2 && (samples[1] as { at: number }).at <= now - windowMs) samples.shift();
    const first = samples[0] as { at: number; total: number };
    const seconds = (now - first.at) / 1000;
    return seconds > 0 ? (total - first.total) / seconds : 0;
  };
}
