/** Bars of equal width over the values' range; a share of all values each. */
export function histogram(values: readonly number[], bins = 24): { x: number; width: number; y: number }[] {
  if (values.length === 0) return [];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = Math.max(1, Math.ceil((high - low + 1) / bins));
  const counts = new Array<number>(Math.floor((high - low) / width) + 1).fill(0);
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count, i) => ({ x: low + i * width, width, y: count / values.length }));
}
