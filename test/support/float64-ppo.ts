import type { LlamaConfig } from "../../src/embedded/weights.ts";
import { type ExactWeights, exactLogProbabilities, exactStates } from "./float64-llama.ts";

/** A response with what is known of each of its tokens. */
export interface ExactRow {
  response: number[];
  /** log π_old. */
  old: number[];
  advantages: number[];
  weights: number[];
  klWeights: number[];
  returns: number[];
  oldValues: number[];
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const between = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** What predicts the response's tokens: the last of the prompt on. */
const predicting = <T>(prompt: readonly number[], perToken: readonly T[]) =>
  perToken.slice(prompt.length - 1, -1);

/** log π of every response token, and of the whole vocabulary where each was chosen. */
export function exactResponse(
  config: LlamaConfig,
  weights: ExactWeights,
  prompt: readonly number[],
  response: readonly number[],
) {
  const all = predicting(prompt, exactLogProbabilities(config, weights, [...prompt, ...response]));
  return { all, chosen: all.map((row, t) => row[response[t] as number] as number) };
}

/**
 * Schulman et al. 2017, Eq. 7 and 9, to be minimised, with the divergence from a start policy: −min(ρA, clip(ρ)A) − βH
 * per token, weighted, plus KL(π ‖ π₀) with weights of its own.
 */
export function exactPolicyLoss(
  config: LlamaConfig,
  weights: ExactWeights,
  prompt: readonly number[],
  rows: readonly ExactRow[],
  { clip, entropy, start }: { clip: number; entropy: number; start?: ExactWeights },
) {
  const perRow = rows.map((row) => {
    const { all, chosen } = exactResponse(config, weights, prompt, row.response);
    const ratios = chosen.map((log, t) => Math.exp(log - (row.old[t] as number)));
    const entropies = all.map((logs) => -sum([...logs.map((log) => Math.exp(log) * log)]));
    const before = start && exactResponse(config, start, prompt, row.response).all;
    const divergences = all.map((logs, t) =>
      before ? sum([...logs.map((log, v) => Math.exp(log) * (log - (before[t]?.[v] as number)))]) : 0,
    );
    const losses = ratios.map((ratio, t) => {
      const advantage = row.advantages[t] as number;
      const objective = Math.min(ratio * advantage, between(ratio, 1 - clip, 1 + clip) * advantage);
      const surrogate = -objective - entropy * (entropies[t] as number);
      return (
        (row.weights[t] as number) * surrogate + (row.klWeights[t] as number) * (divergences[t] as number)
      );
    });
    return { chosen, ratios, entropies, divergences, loss: sum(losses) };
  });
  return { loss: sum(perRow.map(({ loss }) => loss)), rows: perRow };
}

/** Half the larger of the squared errors of V and of V held within ε of V_old, weighted. */
export function exactValueLoss(
  config: LlamaConfig,
  weights: ExactWeights,
  prompt: readonly number[],
  rows: readonly ExactRow[],
  clip: number | null,
) {
  const direction = weights.get("value_head.weight") as Float64Array;
  const offset = weights.get("value_head.bias")?.[0] as number;
  const values = rows.map(({ response }) =>
    predicting(prompt, exactStates(config, weights, [...prompt, ...response])).map(
      (state) => offset + state.reduce((dot, x, i) => dot + x * (direction[i] as number), 0),
    ),
  );
  const loss = sum(
    rows.flatMap(({ returns, oldValues, weights: w }, row) =>
      (values[row] as number[]).map((value, t) => {
        const [target, old] = [returns[t] as number, oldValues[t] as number];
        const held = clip === null ? value : between(value, old - clip, old + clip);
        return (w[t] as number) * 0.5 * Math.max((value - target) ** 2, (held - target) ** 2);
      }),
    ),
  );
  return { loss, values };
}

/** ∂f/∂w by central differences, for every element of every tensor. `weights` is changed and put back. */
export function centralDifferences(weights: ExactWeights, f: () => number, step = 1e-5): Float64Array[] {
  return [...weights.values()].map((tensor) =>
    tensor.map((value, i) => {
      tensor[i] = value + step;
      const above = f();
      tensor[i] = value - step;
      const below = f();
      tensor[i] = value;
      return (above - below) / (2 * step);
    }),
  );
}

/** Largest difference of each tensor, as a share of its own largest element. */
export function relativeErrors(
  found: readonly { data: ArrayLike<number> }[],
  wanted: readonly Float64Array[],
): number[] {
  return wanted.map((tensor, index) => {
    const data = (found[index] as { data: ArrayLike<number> }).data;
    const scale = tensor.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return (
      tensor.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (data[i] as number))), 0) / scale
    );
  });
}
