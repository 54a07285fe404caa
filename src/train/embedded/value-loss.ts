import { differentiate, ops, type Value } from "../../embedded/engine/traced.ts";
import { nameParameters } from "../../embedded/transformer.ts";
import { type LlamaConfig, parameterShapes } from "../../embedded/weights.ts";
import { forwardGroup, type GroupShape } from "./group-forward.ts";

/** Parameters of the critic beyond the policy's: a direction `[1, D]` and an offset `[1]`. */
export const VALUE_HEAD = ["value_head.weight", "value_head.bias"] as const;

/** Values of all response tokens under the critic, `[N·R]`: V(s) before the token is chosen. */
function groupValues(config: LlamaConfig, shape: GroupShape, parameters: Value[], inputs: Value[]): Value {
  const count = parameterShapes(config).length;
  const [prefix, prefixMask, ids, cos, sin] = inputs as [Value, Value, Value, Value, Value];
  const [weight, bias] = parameters.slice(count) as [Value, Value];
  const named = nameParameters(config, parameters.slice(0, count));
  const x = forwardGroup(config, named, shape, { prefix, prefixMask, ids, cos, sin });
  return ops.add(ops.sum(ops.multiply(x, weight), -1), bias);
}

/** (…critic parameters, prefix, prefixMask, ids, cos, sin) to values `[N·R]`. */
export function valuesGraph(config: LlamaConfig, shape: GroupShape) {
  const count = parameterShapes(config).length + VALUE_HEAD.length;
  return (...values: Value[]): Value[] => [
    groupValues(config, shape, values.slice(0, count), values.slice(count)),
  ];
}

/**
 * The critic's clipped loss over one group: Σ w · ½·max((V − G)², (V_old + clip(V − V_old, −ε, ε) − G)²), with
 * returns G. On-policy, in a batch's first step, V = V_old and nothing is clipped.
 *
 * Inputs after the parameters: prefix, prefixMask, ids, cos, sin, weights w, returns G, oldValues.
 * Outputs: loss, values, then the gradients.
 * @param clip ε, or `null` for no clipping.
 */
export function valueLossGraph(config: LlamaConfig, shape: GroupShape, clip: number | null) {
  const count = parameterShapes(config).length + VALUE_HEAD.length;
  return (...all: Value[]): Value[] => {
    const loss = (parameters: Value[], inputs: Value[]) => {
      const values = groupValues(config, shape, parameters, inputs);
      const [weights, returns, old] = inputs.slice(5) as [Value, Value, Value];
      let error = ops.square(ops.subtract(values, returns));
      if (clip !== null) {
        const change = ops.minimum(ops.maximum(ops.subtract(values, old), -clip), clip);
        error = ops.maximum(error, ops.square(ops.subtract(ops.add(old, change), returns)));
      }
      return [ops.multiply(ops.sum(ops.multiply(error, weights)), 0.5), values];
    };
    const result = differentiate(loss, all.slice(0, count), all.slice(count));
    return [...result.values, ...result.gradients];
  };
}
