import type { LlamaConfig } from "../../src/embedded/weights.ts";

/** Parameters by their Hugging Face names, in float64; matrices are `[out, in]`. */
export type ExactWeights = ReadonlyMap<string, Float64Array>;

/** Weights as a program has them, in float64. */
export const exactWeights = (weights: ReadonlyMap<string, { data: ArrayLike<number> }>): ExactWeights =>
  new Map([...weights].map(([name, { data }]) => [name, Float64Array.from(data)]));

/**
 * What a Llama says after every token, as log-probabilities of the next, `[T][V]`: float64, plain loops, written from
 * the definitions. It shares no code with the model that is tested against it.
 */
export function exactLogProbabilities(
  config: LlamaConfig,
  weights: ExactWeights,
  tokens: readonly number[],
): Float64Array[] {
  return exactStates(config, weights, tokens).map((state) => {
    const logits = times(get(weights, "embed_tokens"), state);
    const top = Math.max(...logits);
    const total = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    return logits.map((logit) => logit - total);
  });
}

/** The states behind them, after the last norm, `[T][D]`. */
export function exactStates(
  config: LlamaConfig,
  weights: ExactWeights,
  tokens: readonly number[],
): Float64Array[] {
  const { hiddenSize: d, rmsNormEps: epsilon } = config;
  const embedding = get(weights, "embed_tokens");
  let states: Float64Array[] = tokens.map((token) => embedding.slice(token * d, (token + 1) * d));
  for (let layer = 0; layer < config.layers; layer++) {
    const at = (name: string) => get(weights, `layers.${layer}.${name}`);
    states = attended(config, at, states).map((state) => fed(config, at, state));
  }
  return states.map((state) => normed(state, get(weights, "norm"), epsilon));
}

type ByName = (name: string) => Float64Array;

function get(weights: ExactWeights, name: string): Float64Array {
  const found = weights.get(`model.${name}.weight`);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function times(matrix: Float64Array, x: Float64Array): Float64Array {
  const y = new Float64Array(matrix.length / x.length);
  for (let row = 0; row < y.length; row++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (matrix[row * x.length + i] as number) * (x[i] as number);
    y[row] = sum;
  }
  return y;
}

const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + (b[i] as number));

/** x / √(mean x² + ε), times the weight. */
function normed(x: Float64Array, weight: Float64Array, epsilon: number): Float64Array {
  const meanSquare = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, i) => (value / Math.sqrt(meanSquare + epsilon)) * (weight[i] as number));
}

/** Rotary embedding: of every head, element i and its partner half a head on turn by position·θ^(−2i/size). */
function rotated({ hiddenSize, heads, ropeTheta }: LlamaConfig, x: Float64Array, position: number) {
  const size = hiddenSize / heads;
  const half = size / 2;
  const y = new Float64Array(x.length);
  for (let head = 0; head < x.length; head += size) {
    for (let i = 0; i < half; i++) {
      const angle = position / ropeTheta ** ((2 * i) / size);
      const [a, b] = [x[head + i] as number, x[head + half + i] as number];
      y[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
      y[head + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
    }
  }
  return y;
}

/** Causal attention, residual included. */
function attended(config: LlamaConfig, at: ByName, states: readonly Float64Array[]): Float64Array[] {
  const { hiddenSize, heads, rmsNormEps } = config;
  const size = hiddenSize / heads;
  const inputs = states.map((state) => normed(state, at("input_layernorm"), rmsNormEps));
  const project = (name: string) => inputs.map((x) => times(at(`self_attn.${name}_proj`), x));
  const turn = (x: Float64Array, position: number) => rotated(config, x, position);
  const [q, k, v] = [project("q").map(turn), project("k").map(turn), project("v")];
  return states.map((state, t) => {
    const mixed = new Float64Array(hiddenSize);
    for (let head = 0; head < hiddenSize; head += size) {
      const odds = k.slice(0, t + 1).map((key) => {
        let dot = 0;
        for (let i = head; i < head + size; i++) dot += (q[t]?.[i] as number) * (key[i] as number);
        return Math.exp(dot / Math.sqrt(size));
      });
      const total = odds.reduce((a, b) => a + b);
      for (const [s, odd] of odds.entries()) {
        for (let i = head; i < head + size; i++) {
          mixed[i] = (mixed[i] as number) + (odd / total) * (v[s]?.[i] as number);
        }
      }
    }
    return plus(state, times(at("self_attn.o_proj"), mixed));
  });
}

/** SwiGLU, residual included. */
function fed({ rmsNormEps }: LlamaConfig, at: ByName, state: Float64Array): Float64Array {
  const x = normed(state, at("post_attention_layernorm"), rmsNormEps);
  const up = times(at("mlp.up_proj"), x);
  const gate = times(at("mlp.gate_proj"), x);
  const hidden = gate.map((value, i) => (value / (1 + Math.exp(-value))) * (up[i] as number));
  return plus(state, times(at("mlp.down_proj"), hidden));
}
