import { ops, type Value } from "../../embedded/engine/traced.ts";
import {
  embed,
  feedForward,
  type Layer,
  linear,
  type Parameters,
  rmsNorm,
  rotaryTables,
  rotate,
} from "../../embedded/transformer.ts";
import { headSize, type LlamaConfig } from "../../embedded/weights.ts";

/** Sizes of a group: `rows` responses of at most `length` tokens to one prompt of at most `prefixLength + 1`. */
export interface GroupShape {
  rows: number;
  length: number;
  prefixLength: number;
}

/** What a forward pass over a group takes, after the parameters. */
export interface GroupInputs {
  /** `[P]`: the prompt without its last token, padded on the right. */
  prefix: Value;
  /** `[P]`: 0, or −10⁹ on padding. */
  prefixMask: Value;
  /** `[N·R]`: the prompt's last token, then the response without its last; what predicts each response token. */
  ids: Value;
  /** `[R, 1, headSize]`: rotary tables of the responses' positions. */
  cos: Value;
  sin: Value;
}

const HIDDEN = -1e9;

/**
 * The responses of one instance under their common prompt, which is computed once, forward and backward: N
 * responses cost P + N·R tokens instead of N·(P + R).
 * @returns `x[N·R, D]` after the last norm.
 */
export function forwardGroup(
  config: LlamaConfig,
  parameters: Parameters,
  { rows, length, prefixLength }: GroupShape,
  { prefix, prefixMask, ids, cos, sin }: GroupInputs,
): Value {
  const size = headSize(config);
  const tables = rotaryTables(config, [...Array(prefixLength).keys()]);
  const prefixCos = ops.constant(tables.cos, [prefixLength, 1, size]);
  const prefixSin = ops.constant(tables.sin, [prefixLength, 1, size]);
  const masks = {
    prefix: ops.reshape(prefixMask, [1, 1, prefixLength]),
    prefixCausal: causalMask(prefixLength),
    causal: causalMask(length),
  };
  // Products with one-hot rows: a gather's gradient adds rows in whatever order threads come.
  let y = embed(parameters, prefix, "one-hot");
  let x = embed(parameters, ids, "one-hot");
  for (const [index, layer] of parameters.layers.entries()) {
    const before = project(config, layer, y, [1, prefixLength], prefixCos, prefixSin);
    const own = project(config, layer, x, [rows, length], cos, sin);
    x = feedForward(config, layer, ops.add(x, linear(attend(config, own, before, masks), layer.o)));
    // After the last layer nobody looks at the prefix.
    if (index === config.layers - 1) break;
    const mixed = attendPrefix(config, before, masks);
    y = feedForward(config, layer, ops.add(y, linear(mixed, layer.o)));
  }
  return rmsNorm(x, parameters.norm, config.rmsNormEps);
}

interface Projected {
  q: Value;
  k: Value;
  v: Value;
}

type Masks = Record<"prefix" | "prefixCausal" | "causal", Value>;

/** Queries (scaled), keys and values, `[H, N, R, headSize]`. */
function project(
  config: LlamaConfig,
  layer: Layer,
  x: Value,
  [rows, length]: [number, number],
  cos: Value,
  sin: Value,
): Projected {
  const size = headSize(config);
  const h = rmsNorm(x, layer.inputNorm, config.rmsNormEps);
  const split = (matrix: Value) => ops.reshape(linear(h, matrix), [rows, length, config.heads, size]);
  const headsFirst = (value: Value) => ops.transpose(value, [2, 0, 1, 3]);
  return {
    q: headsFirst(ops.multiply(rotate(split(layer.q), cos, sin), 1 / Math.sqrt(size))),
    k: headsFirst(rotate(split(layer.k), cos, sin)),
    v: headsFirst(split(layer.v)),
  };
}

/** Attention of the responses over the prefix and themselves. @returns `[N·R, D]` */
function attend(config: LlamaConfig, own: Projected, before: Projected, masks: Masks): Value {
  const [heads, rows, length, size] = own.q.shape as [number, number, number, number];
  const prefixLength = before.k.shape[2] as number;
  const flat = (value: Value, last: number) => ops.reshape(value, [heads, rows * length, last]);
  const squeeze = (value: Value) => ops.reshape(value, [heads, prefixLength, size]);
  const toPrefix = ops.matmul(flat(own.q, size), ops.transpose(squeeze(before.k), [0, 2, 1]));
  const toOwn = ops.add(ops.matmul(own.q, ops.transpose(own.k, [0, 1, 3, 2])), masks.causal);
  const scores = ops.concatenate([ops.add(toPrefix, masks.prefix), flat(toOwn, length)], 2);
  const [onPrefix, onOwn] = ops.split(ops.softmax(scores), [prefixLength], 2) as [Value, Value];
  const fromPrefix = ops.matmul(onPrefix, squeeze(before.v));
  const fromOwn = flat(ops.matmul(ops.reshape(onOwn, [heads, rows, length, length]), own.v), size);
  return merge(config, ops.add(fromPrefix, fromOwn), rows * length);
}

/** Causal attention within the prefix; its padding is at the end, where no real token sees it. */
function attendPrefix(config: LlamaConfig, { q, k, v }: Projected, masks: Masks): Value {
  const [heads, , length, size] = q.shape as [number, number, number, number];
  const flat = (value: Value) => ops.reshape(value, [heads, length, size]);
  const scores = ops.matmul(flat(q), ops.transpose(flat(k), [0, 2, 1]));
  return merge(config, ops.matmul(ops.softmax(ops.add(scores, masks.prefixCausal)), flat(v)), length);
}

const merge = (config: LlamaConfig, mixed: Value, tokens: number) =>
  ops.reshape(ops.transpose(mixed, [1, 0, 2]), [tokens, config.hiddenSize]);

/** `[T, T]`: 0 on and below the diagonal, hidden above. */
function causalMask(length: number): Value {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(HIDDEN, row * length + row + 1, (row + 1) * length);
  return ops.constant(mask, [length, length]);
}
