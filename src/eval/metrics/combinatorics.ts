/** C(n, k) for k = 0 … n, exact to 2^53 and within a rounding beyond; finite to n = 1029. */
export function binomialRow(n: number): Float64Array {
  const row = new Float64Array(n + 1);
  row[0] = 1;
  for (let k = 1; k <= n; k++) row[k] = ((row[k - 1] as number) * (n - k + 1)) / k;
  return row;
}

/** P(h right among k drawn without replacement), h = 0 … k, from n of which c are right. */
export function hypergeometric(n: number, c: number, k: number): number[] {
  const [right, wrong, all] = [binomialRow(c), binomialRow(n - c), binomialRow(n)];
  return Array.from(
    { length: k + 1 },
    (_, h) => ((right[h] ?? 0) * (wrong[k - h] ?? 0)) / (all[k] as number),
  );
}

/** P(h successes of k), h = 0 … k. */
export function binomial(k: number, p: number): number[] {
  const row = binomialRow(k);
  return Array.from(row, (ways, h) => ways * p ** h * (1 - p) ** (k - h));
}

/** The expected largest of k values drawn without replacement: how long the slowest of k takes. */
export function expectedMaximum(values: readonly number[], k: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const count = Math.min(k, n);
  // The i-th smallest is the largest of the draw if the other k − 1 lie below it: C(i−1, k−1) / C(n, k).
  let share = count / n;
  let expected = 0;
  for (let i = n; i >= count; i--) {
    expected += (sorted[i - 1] as number) * share;
    share *= (i - count) / Math.max(1, i - 1);
  }
  return expected;
}
