/** An estimate with its standard error; the error is undefined where it cannot be known (fewer than two problems). */
export interface Estimate {
  mean: number;
  standardError: number | undefined;
  /** Problems it rests on. */
  problems: number;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Mean over problems of each problem's mean, every problem weighing the same; the error is clustered by problem:
 * sd of the problem means / √problems. Repetitions of one problem are not independent, and treating them so would
 * make errors too small.
 * @param perProblem Each problem's values; problems without any are left out.
 */
export function clustered(perProblem: readonly (readonly number[])[]): Estimate {
  return estimate(perProblem.filter((values) => values.length > 0).map(mean));
}

/** Mean and standard error of independent values, one a problem. */
export function estimate(values: readonly number[]): Estimate {
  const centre = mean(values);
  const n = values.length;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { mean: centre, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : undefined, problems: n };
}

/**
 * How much better `a` is than `b`, problem by problem: what is hard for both cancels out.
 * @param pairs Problem means of the two methods; only problems that both have.
 */
export function paired(pairs: readonly (readonly [a: number, b: number])[]): Estimate {
  return estimate(pairs.map(([a, b]) => a - b));
}
