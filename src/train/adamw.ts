/** First and second moments, one array for each parameter, and the number of steps taken. */
export interface AdamWState {
  step: number;
  first: Float32Array[];
  second: Float32Array[];
}

export interface AdamWOptions {
  learningRate: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Decoupled weight decay, on matrices only. */
  weightDecay?: number;
  /** The gradient is scaled down to this global norm. */
  maxNorm?: number;
}

export function createAdamW(parameters: readonly Float32Array[]): AdamWState {
  const zeros = () => parameters.map(({ length }) => new Float32Array(length));
  return { step: 0, first: zeros(), second: zeros() };
}

/** √Σg² over all gradients. */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (const value of gradient) sum += value * value;
  return Math.sqrt(sum);
}

/**
 * One AdamW step (Loshchilov and Hutter 2019, Algorithm 2), in place. It runs in TypeScript: at a million
 * parameters it takes milliseconds, and both executors share it to the bit.
 * @param decayed Which parameters weight decay applies to.
 * @returns The gradient's norm before clipping.
 */
export function adamwStep(
  parameters: readonly Float32Array[],
  gradients: readonly Float32Array[],
  state: AdamWState,
  options: AdamWOptions,
  decayed: (index: number) => boolean = () => true,
): number {
  const {
    learningRate,
    beta1 = 0.9,
    beta2 = 0.98,
    epsilon = 1e-8,
    weightDecay = 0.01,
    maxNorm = 1,
  } = options;
  const norm = globalNorm(gradients);
  const scale = Math.min(1, maxNorm / (norm + 1e-6));
  state.step += 1;
  const correction1 = 1 - beta1 ** state.step;
  const correction2 = 1 - beta2 ** state.step;
  for (const [index, parameter] of parameters.entries()) {
    const gradient = gradients[index] as Float32Array;
    const first = state.first[index] as Float32Array;
    const second = state.second[index] as Float32Array;
    const shrink = decayed(index) ? 1 - learningRate * weightDecay : 1;
    for (let i = 0; i < parameter.length; i++) {
      const g = (gradient[i] as number) * scale;
      const m = beta1 * (first[i] as number) + (1 - beta1) * g;
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      const update = m / correction1 / (Math.sqrt(v / correction2) + epsilon);
      parameter[i] = (parameter[i] as number) * shrink - learningRate * update;
    }
  }
  return norm;
}
