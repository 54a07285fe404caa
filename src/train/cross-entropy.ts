import { differentiate, ops, type Value } from "../embedded/engine/traced.ts";
import { forward, linear, nameParameters } from "../embedded/transformer.ts";
import { type LlamaConfig, parameterShapes } from "../embedded/weights.ts";

/**
 * Weighted next-token loss, Σ weight·(−log p(target)).
 * @param ids `[B, T]` int32. @param targets `[B, T]` int32. @param weights `[B, T]`, 0 where nothing is learnt.
 * @returns A scalar.
 */
function crossEntropy(
  config: LlamaConfig,
  parameters: readonly Value[],
  [ids, targets, weights]: readonly [Value, Value, Value],
): Value {
  const [batch, length] = ids.shape as [number, number];
  const named = nameParameters(config, parameters);
  // A gather's gradient is a scatter: ONNX Runtime adds its rows in whatever order threads come, and jax-js
  // cannot compile it. Products with one-hot rows cost little more, and a seed gives the same weights.
  const { x } = forward(config, named, ids, "one-hot");
  const logProbabilities = ops.logSoftmax(linear(x, named.embedding));
  const chosen = ops.oneHot(ops.reshape(targets, [batch * length]), config.vocabSize);
  const picked = ops.sum(ops.multiply(logProbabilities, chosen), -1);
  return ops.negative(ops.sum(ops.multiply(picked, ops.reshape(weights, [batch * length]))));
}

/** The program that maps (…parameters, ids, targets, weights) to (loss, …gradients). */
export function crossEntropyGradient(config: LlamaConfig) {
  const count = parameterShapes(config).length;
  return (...values: Value[]): Value[] => {
    const loss = (parameters: Value[], inputs: Value[]) => [
      crossEntropy(config, parameters, inputs as [Value, Value, Value]),
    ];
    const { values: losses, gradients } = differentiate(loss, values.slice(0, count), values.slice(count));
    return [...losses, ...gradients];
  };
}
