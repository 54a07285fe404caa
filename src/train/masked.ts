/** Σ w·x / Σ w over all tokens of all rows; NaN without any weight. */
export function maskedMean(
  values: readonly ArrayLike<number>[],
  weights?: readonly ArrayLike<number>[],
): number {
  let [sum, total] = [0, 0];
  for (const [row, line] of values.entries()) {
    for (let i = 0; i < line.length; i++) {
      const weight = weights ? ((weights[row] as ArrayLike<number>)[i] as number) : 1;
      sum += weight * (line[i] as number);
      total += weight;
    }
  }
  return sum / total;
}

/** Population variance over all elements of all rows. */
export function maskedVariance(values: readonly ArrayLike<number>[]): number {
  const mean = maskedMean(values);
  return maskedMean(values.map((row) => Float64Array.from(row, (value) => (value - mean) ** 2)));
}

/**
 * Advantages with mean 0 and standard deviation 1 over the whole batch: over its real tokens, exactly, in two passes;
 * rows hold no padding. A batch without any difference becomes all zeros.
 */
export function normaliseAdvantages(rows: readonly Float64Array[]): Float64Array[] {
  const mean = maskedMean(rows);
  const deviation = Math.sqrt(maskedVariance(rows));
  // Rounding alone must not be blown up to a signal.
  const scale = deviation > 1e-8 ? 1 / deviation : 0;
  return rows.map((row) => row.map((value) => (value - mean) * scale));
}
