import { differentiate, ops, type Value } from "../../embedded/engine/traced.ts";
import { linear, nameParameters } from "../../embedded/transformer.ts";
import { type LlamaConfig, parameterShapes } from "../../embedded/weights.ts";
import { forwardGroup, type GroupShape } from "./group-forward.ts";

export interface PolicyLossOptions {
  /** ε of the clipped objective. */
  clip: number;
  /** Weight of the entropy bonus; 0 for none. */
  entropy: number;
  /** Whether the divergence from a start policy is part of the loss. */
  kl: boolean;
}

/**
 * PPO's clipped objective over one group, as a loss to minimise (Schulman et al. 2017, Eq. 7):
 *
 *     Σ w · (−min(ρ·A, clip(ρ, 1−ε, 1+ε)·A) − β·H) + Σ u · KL(π ‖ π₀),   ρ = exp(log π − log π_old)
 *
 * with H and KL exact, over the whole vocabulary. All arrays are `[N·R]`; w is 0 on padding and sums to 1 over the
 * batch, so that gradients of groups add up to the batch's.
 *
 * Inputs after the parameters: prefix, prefixMask, ids, cos, sin (see `GroupInputs`), targets, weights w,
 * advantages A, oldLogProbabilities; with `kl` also klWeights u and startLogProbabilities `[N·R, V]`.
 * Outputs: loss, logProbabilities, entropies, divergences (zeros without `kl`), then the gradients.
 */
export function policyLossGraph(config: LlamaConfig, shape: GroupShape, options: PolicyLossOptions) {
  const count = parameterShapes(config).length;
  return (...values: Value[]): Value[] => {
    const loss = (parameters: Value[], inputs: Value[]) =>
      policyLoss(config, shape, options, parameters, inputs);
    const result = differentiate(loss, values.slice(0, count), values.slice(count));
    return [...result.values, ...result.gradients];
  };
}

function policyLoss(
  config: LlamaConfig,
  shape: GroupShape,
  { clip, entropy, kl }: PolicyLossOptions,
  parameters: Value[],
  inputs: Value[],
): Value[] {
  const all = groupLogProbabilities(config, shape, parameters, inputs);
  const [targets, weights, advantages, old, klWeights, start] = inputs.slice(5) as Value[] & { length: 6 };
  const logProbabilities = ops.sum(ops.multiply(all, ops.oneHot(targets as Value, config.vocabSize)), -1);
  const ratio = ops.exp(ops.subtract(logProbabilities, old as Value));
  const clipped = ops.minimum(ops.maximum(ratio, 1 - clip), 1 + clip);
  const gain = (r: Value) => ops.multiply(r, advantages as Value);
  const objective = ops.minimum(gain(ratio), gain(clipped));
  const probabilities = ops.exp(all);
  const entropies = ops.negative(ops.sum(ops.multiply(probabilities, all), -1));
  const divergences = kl
    ? ops.sum(ops.multiply(probabilities, ops.subtract(all, start as Value)), -1)
    : ops.multiply(entropies, 0);
  let loss = ops.negative(ops.sum(ops.multiply(objective, weights as Value)));
  if (entropy > 0)
    loss = ops.subtract(loss, ops.multiply(ops.sum(ops.multiply(entropies, weights as Value)), entropy));
  if (kl) loss = ops.add(loss, ops.sum(ops.multiply(divergences, klWeights as Value)));
  return [loss, logProbabilities, entropies, divergences];
}

/** log π of every token of the vocabulary, `[N·R, V]`. */
function groupLogProbabilities(
  config: LlamaConfig,
  shape: GroupShape,
  parameters: Value[],
  inputs: Value[],
): Value {
  const [prefix, prefixMask, ids, cos, sin] = inputs as [Value, Value, Value, Value, Value];
  const named = nameParameters(config, parameters);
  const x = forwardGroup(config, named, shape, { prefix, prefixMask, ids, cos, sin });
  return ops.logSoftmax(linear(x, named.embedding));
}

/** (…parameters, prefix, prefixMask, ids, cos, sin) to log π over the vocabulary, `[N·R, V]`. */
export function logProbabilitiesGraph(config: LlamaConfig, shape: GroupShape) {
  const count = parameterShapes(config).length;
  return (...values: Value[]): Value[] => [
    groupLogProbabilities(config, shape, values.slice(0, count), values.slice(count)),
  ];
}
