export interface Sample {
  x: number;
  y: number;
  /** Means do not cross a stage's boundary: what is measured changes there. */
  stage: number;
}

/** Iterations that a mean is taken over: odd, about a thirtieth of the run; 1 is no mean. */
export function smoothingWindow(iterations: number): number {
  const half = Math.round(iterations / 60);
  return Math.min(25, 2 * half + 1);
}

/** Mean of the samples at most half a window away, sample by sample. */
export function smoothed(samples: readonly Sample[], window: number): Sample[] {
  const half = (window - 1) / 2;
  let from = 0;
  let to = 0;
  return samples.map(({ x, stage }) => {
    while ((samples[from] as Sample).x < x - half || (samples[from] as Sample).stage !== stage) from++;
    while (to < samples.length && (samples[to] as Sample).x <= x + half && samples[to]?.stage === stage) to++;
    const near = samples.slice(from, to);
    return { x, stage, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}
