const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * A course of values as one row, at most `columns` wide: neighbours share a block as their mean, from the least
 * value to the greatest. What is not finite is left blank.
 */
export function sparkline(values: readonly number[], columns: number): string {
  const width = Math.max(0, Math.min(values.length, columns));
  const means = Array.from({ length: width }, (_, i) =>
    mean(
      values.slice(Math.floor((i * values.length) / width), Math.floor(((i + 1) * values.length) / width)),
    ),
  );
  const finite = means.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return means
    .map((value) => {
      if (!Number.isFinite(value)) return " ";
      const share = high > low ? (value - low) / (high - low) : 0;
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length))];
    })
    .join("");
}

function mean(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
