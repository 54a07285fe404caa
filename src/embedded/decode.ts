import { ops, type Value } from "./engine/traced.ts";
import {
  embed,
  feedForward,
  forward,
  type Layer,
  linear,
  nameParameters,
  rmsNorm,
  rotate,
} from "./transformer.ts";
import { headSize, type LlamaConfig, parameterShapes } from "./weights.ts";

/**
 * Read a prompt: (…parameters, ids `[1, P]`, last `[1, P]`) to (logits `[1, V]`, …keys, …values), keys and
 * values `[1, H, P, headSize]` a layer. `last` is 1 at the prompt's last token, 0 elsewhere.
 */
export function prefillGraph(config: LlamaConfig) {
  const count = parameterShapes(config).length;
  return (...values: Value[]): Value[] => {
    const parameters = nameParameters(config, values.slice(0, count));
    const [ids, last] = values.slice(count) as [Value, Value];
    const { x, cache } = forward(config, parameters, ids, "gather");
    const logits = linear(ops.matmul(last, x), parameters.embedding);
    return [logits, ...cache.map(({ k }) => k), ...cache.map(({ v }) => v)];
  };
}

/**
 * Sizes of a decoding step: `rows` samples of each of `prompts` prompts. Rows of one prompt read one copy of its
 * keys and values.
 */
export interface LaneShape {
  prompts: number;
  rows: number;
  /** Prompt tokens, padding included. */
  promptLength: number;
  /** Most generated tokens. */
  capacity: number;
}

/** How a step's inputs follow each other, after the parameters. Row b belongs to prompt ⌊b / rows⌋. */
export function decodeInputs(config: LlamaConfig, { prompts, rows, promptLength, capacity }: LaneShape) {
  const size = headSize(config);
  const batch = prompts * rows;
  const float = (...shape: number[]) => ({ dtype: "float32" as const, shape });
  const each = (shape: number[]) => Array.from({ length: config.layers }, () => float(...shape));
  const prompt = [prompts, config.heads, promptLength, size];
  const generated = [batch, config.heads, capacity, size];
  return {
    ids: { dtype: "int32" as const, shape: [batch] },
    cos: float(batch, 1, size),
    sin: float(batch, 1, size),
    promptMask: float(prompts, 1, 1, promptLength),
    generatedMask: float(batch, 1, capacity),
    promptKeys: each(prompt),
    promptValues: each(prompt),
    generatedKeys: each(generated),
    generatedValues: each(generated),
  };
}

/**
 * One token of every row: (…parameters, …inputs) to (logits `[B, V]`, …keys, …values), keys and values
 * `[B, H, headSize]` of the new token. The caches are inputs only; the caller writes the new rows into them, so
 * that no step copies a cache.
 */
export function decodeGraph(config: LlamaConfig, shape: LaneShape) {
  const count = parameterShapes(config).length;
  const { layers } = config;
  return (...values: Value[]): Value[] => {
    const parameters = nameParameters(config, values.slice(0, count));
    const inputs = values.slice(count);
    const [ids, cos, sin, promptMask, generatedMask] = inputs as [Value, Value, Value, Value, Value];
    const caches = inputs.slice(5);
    const keys: Value[] = [];
    const newValues: Value[] = [];
    let x = embed(parameters, ids, "gather");
    for (const [index, layer] of parameters.layers.entries()) {
      const cache = [0, 1, 2, 3].map((kind) => caches[kind * layers + index] as Value) as Cache;
      const step = attendStep(config, shape, layer, x, { cos, sin, promptMask, generatedMask }, cache);
      keys.push(step.k);
      newValues.push(step.v);
      x = feedForward(config, layer, step.x);
    }
    const normed = rmsNorm(x, parameters.norm, config.rmsNormEps);
    return [linear(normed, parameters.embedding), ...keys, ...newValues];
  };
}

type Cache = [promptKeys: Value, promptValues: Value, generatedKeys: Value, generatedValues: Value];
type StepInputs = Record<"cos" | "sin" | "promptMask" | "generatedMask", Value>;

/** Attention of one new token a row over its prompt, what its row has generated, and itself. */
function attendStep(
  config: LlamaConfig,
  { prompts, rows, promptLength, capacity }: LaneShape,
  layer: Layer,
  x: Value,
  { cos, sin, promptMask, generatedMask }: StepInputs,
  [promptKeys, promptValues, generatedKeys, generatedValues]: Cache,
) {
  const { heads, hiddenSize } = config;
  const size = headSize(config);
  const batch = prompts * rows;
  const h = rmsNorm(x, layer.inputNorm, config.rmsNormEps);
  const project = (matrix: Value) => ops.reshape(linear(h, matrix), [batch, heads, size]);
  const q = ops.multiply(rotate(project(layer.q), cos, sin), 1 / Math.sqrt(size));
  const k = rotate(project(layer.k), cos, sin);
  const v = project(layer.v);
  const byPrompt = (y: Value, width: number) =>
    ops.transpose(ops.reshape(y, [prompts, rows, heads, width]), [0, 2, 1, 3]);
  const byRow = (y: Value, width: number) =>
    ops.reshape(ops.transpose(y, [0, 2, 1, 3]), [batch, heads, width]);
  const flat = (y: Value, width: number) => ops.reshape(y, [batch, heads, width]);
  // ONNX Runtime multiplies a single row by another kernel, whose rounding differs. Two equal rows instead of
  // one keep a sample the same to the bit in whatever lane it is drawn.
  const timesPrompt = (y: Value, matrix: Value) => {
    if (rows > 1) return ops.matmul(y, matrix);
    return ops.split(ops.matmul(ops.concatenate([y, y], 2), matrix), [1], 2)[0] as Value;
  };

  const promptScores = timesPrompt(byPrompt(q, size), ops.transpose(promptKeys, [0, 1, 3, 2]));
  const column = ops.reshape(q, [batch, heads, 1, size]);
  const rowScores = flat(ops.matmul(column, ops.transpose(generatedKeys, [0, 1, 3, 2])), capacity);
  const scores = ops.concatenate(
    [
      byRow(ops.add(promptScores, promptMask), promptLength),
      ops.add(rowScores, generatedMask),
      ops.sum(ops.multiply(q, k), -1, true),
    ],
    2,
  );
  const weights = ops.split(ops.softmax(scores), [promptLength, promptLength + capacity], 2);
  const [onPrompt, onRow, onItself] = weights as [Value, Value, Value];
  const mixed = [
    byRow(timesPrompt(byPrompt(onPrompt, promptLength), promptValues), size),
    flat(ops.matmul(ops.reshape(onRow, [batch, heads, 1, capacity]), generatedValues), size),
    ops.multiply(onItself, v),
  ];
  const sum = mixed.reduce((a, b) => ops.add(a, b));
  return { k, v, x: ops.add(x, linear(ops.reshape(sum, [batch, hiddenSize]), layer.o)) };
}
