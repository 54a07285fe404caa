import { ops, type Value } from "./engine/traced.ts";
import { headSize, type LlamaConfig, parameterShapes } from "./weights.ts";

/** Added to the score of what must not be seen. */
const HIDDEN = -1e9;

export interface Layer {
  inputNorm: Value;
  q: Value;
  k: Value;
  v: Value;
  o: Value;
  outputNorm: Value;
  gate: Value;
  up: Value;
  down: Value;
}

export interface Parameters {
  embedding: Value;
  layers: Layer[];
  norm: Value;
}

/** Name a flat parameter list, given in the order of `parameterShapes`. */
export function nameParameters(config: LlamaConfig, list: readonly Value[]): Parameters {
  const byName = new Map(parameterShapes(config).map(([name], index) => [name, list[index] as Value]));
  const get = (name: string) => byName.get(`model.${name}.weight`) as Value;
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const at = (name: string) => get(`layers.${layer}.${name}`);
    return {
      inputNorm: at("input_layernorm"),
      q: at("self_attn.q_proj"),
      k: at("self_attn.k_proj"),
      v: at("self_attn.v_proj"),
      o: at("self_attn.o_proj"),
      outputNorm: at("post_attention_layernorm"),
      gate: at("mlp.gate_proj"),
      up: at("mlp.up_proj"),
      down: at("mlp.down_proj"),
    };
  });
  return { embedding: get("embed_tokens"), layers, norm: get("norm") };
}

/** `x[…, in]` times a Hugging Face matrix `[out, in]`. */
export function linear(x: Value, matrix: Value): Value {
  return ops.matmul(x, ops.transpose(matrix, [1, 0]));
}

/** RMSNorm over the last axis. */
export function rmsNorm(x: Value, weight: Value, epsilon: number): Value {
  const meanSquare = ops.mean(ops.square(x), -1, true);
  return ops.multiply(ops.multiply(x, ops.reciprocal(ops.sqrt(ops.add(meanSquare, epsilon)))), weight);
}

/** The feed-forward half of a layer on `x[N, D]`, residual included. */
export function feedForward(config: LlamaConfig, layer: Layer, x: Value): Value {
  const h = rmsNorm(x, layer.outputNorm, config.rmsNormEps);
  const gated = ops.multiply(ops.silu(linear(h, layer.gate)), linear(h, layer.up));
  return ops.add(x, linear(gated, layer.down));
}

/**
 * Cosines and sines for rotary embeddings, `[positions, headSize]` each, laid out for `rotate`: both halves
 * alike, the first half's sine negated.
 */
export function rotaryTables(config: LlamaConfig, positions: readonly number[]) {
  const size = headSize(config);
  const half = size / 2;
  const cos = new Float32Array(positions.length * size);
  const sin = new Float32Array(positions.length * size);
  for (const [row, position] of positions.entries()) {
    for (let column = 0; column < size; column++) {
      const angle = position * config.ropeTheta ** ((-2 * (column % half)) / size);
      cos[row * size + column] = Math.cos(angle);
      sin[row * size + column] = Math.sin(angle) * (column < half ? -1 : 1);
    }
  }
  return { cos, sin };
}

/** Rotate-half rotary embedding, as Hugging Face's Llama; the last axis of `x` is one head. */
export function rotate(x: Value, cos: Value, sin: Value): Value {
  const size = x.shape.at(-1) as number;
  const halves = ops.reshape(x, [...x.shape.slice(0, -1), 2, size / 2]);
  const swapped = ops.reshape(ops.flip(halves, x.shape.length - 1), x.shape);
  return ops.add(ops.multiply(x, cos), ops.multiply(swapped, sin));
}

/** Embedding rows of `ids[N]`: by gather, or as a product with one-hot rows where a gather has no gradient. */
export function embed(parameters: Parameters, ids: Value, by: "gather" | "one-hot"): Value {
  const { embedding } = parameters;
  if (by === "gather") return ops.take(embedding, ids, 0);
  return ops.matmul(ops.oneHot(ids, embedding.shape[0] as number), embedding);
}

/** `[T, T]`: 0 on and below the diagonal, hidden above. */
function causalMask(length: number): Value {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(HIDDEN, row * length + row + 1, (row + 1) * length);
  return ops.constant(mask, [length, length]);
}

/**
 * The whole sequence at once.
 * @param ids `[B, T]`; what comes after a sequence's end does not change what comes before.
 * @returns `x[B·T, D]` after the last norm, and every layer's rotated keys and values `[B, H, T, headSize]`.
 */
export function forward(config: LlamaConfig, parameters: Parameters, ids: Value, by: "gather" | "one-hot") {
  const [batch, length] = ids.shape as [number, number];
  const { heads, hiddenSize } = config;
  const size = headSize(config);
  const tables = rotaryTables(config, [...Array(length).keys()]);
  const cos = ops.constant(tables.cos, [length, 1, size]);
  const sin = ops.constant(tables.sin, [length, 1, size]);
  const mask = causalMask(length);
  const split = (x: Value) => ops.reshape(x, [batch, length, heads, size]);
  const headsFirst = (x: Value) => ops.transpose(x, [0, 2, 1, 3]);
  const cache: { k: Value; v: Value }[] = [];
  let x = embed(parameters, ops.reshape(ids, [batch * length]), by);
  for (const layer of parameters.layers) {
    const h = rmsNorm(x, layer.inputNorm, config.rmsNormEps);
    const q = headsFirst(rotate(split(linear(h, layer.q)), cos, sin));
    const k = headsFirst(rotate(split(linear(h, layer.k)), cos, sin));
    const v = headsFirst(split(linear(h, layer.v)));
    cache.push({ k, v });
    const scores = ops.multiply(ops.matmul(q, ops.transpose(k, [0, 1, 3, 2])), 1 / Math.sqrt(size));
    const mixed = ops.matmul(ops.softmax(ops.add(scores, mask)), v);
    const merged = ops.reshape(headsFirst(mixed), [batch * length, hiddenSize]);
    x = feedForward(config, layer, ops.add(x, linear(merged, layer.o)));
  }
  return { x: rmsNorm(x, parameters.norm, config.rmsNormEps), cache };
}
