import { floats, type HostTensor } from "../../src/embedded/engine/host-tensor.ts";
import { createRandom } from "../../src/embedded/random.ts";
import type { LlamaConfig, Weights } from "../../src/embedded/weights.ts";
import { type PackedGroup, packGroup, padRows } from "../../src/train/embedded/pack-group.ts";
import { exactWeights } from "./float64-llama.ts";
import { type ExactRow, exactResponse } from "./float64-ppo.ts";
import { TINY, tinyWeights } from "./tiny-policy.ts";

/** Weights whose norms are away from 1, so that a mistake in their gradient shows. */
export function noisyWeights(config: LlamaConfig, seed: number): Weights {
  const random = createRandom(seed);
  return new Map(
    [...tinyWeights(config, seed)].map(([name, { shape, data }]) => [
      name,
      floats(
        shape,
        Float32Array.from(data, (value) => value + 0.1 * random.normal()),
      ),
    ]),
  );
}

/** Where log π − log π_old lies: outside the clip of 0.2 on both sides, and inside. */
const LOG_RATIOS = [0.5, -0.5, 0.05, -0.08, 0.3, -0.3];

/**
 * A group with everything that can matter: responses of several lengths under a prompt shorter than its padding, ratios
 * on both sides of the clip with advantages of both signs, unequal weights, and a response that counts for nothing.
 */
export function ppoCase() {
  const random = createRandom(11);
  const tokens = (length: number) => Array.from({ length }, () => random.integer(TINY.vocabSize));
  const weights = noisyWeights(TINY, 5);
  const start = noisyWeights(TINY, 6);
  const prompt = tokens(6);
  const rows = [5, 1, 8, 3].map((length, row): ExactRow => {
    const response = tokens(length);
    const { chosen } = exactResponse(TINY, exactWeights(weights), prompt, response);
    const each = (make: (t: number) => number) => response.map((_, t) => make(t));
    const isUnscored = row === 3;
    return {
      response,
      old: each((t) => (chosen[t] as number) - (LOG_RATIOS[(t + row) % LOG_RATIOS.length] as number)),
      advantages: each((t) => (t % 4 < 2 ? 1 : -1) * (0.3 + random.uniform())),
      weights: each(() => (isUnscored ? 0 : 0.02 + 0.1 * random.uniform())),
      klWeights: each(() => (isUnscored ? 0 : 0.05 * random.uniform())),
      returns: each(() => random.normal()),
      oldValues: each(() => random.normal()),
    };
  });
  const packed = packGroup(
    TINY,
    prompt,
    rows.map(({ response }) => response),
  );
  return { config: TINY, weights, start, prompt, rows, packed };
}

/** A field of the rows as programs take it. */
export const padded = (
  packed: PackedGroup,
  rows: readonly ExactRow[],
  field: Exclude<keyof ExactRow, "response">,
): HostTensor =>
  padRows(
    packed,
    rows.map((row) => row[field]),
  );

/** Largest difference between padded `[N·R]` figures and the rows they should be. */
export function worstOf(
  packed: PackedGroup,
  flat: Float32Array,
  rows: readonly (readonly number[])[],
): number {
  const { length } = packed.shape;
  return Math.max(
    ...rows.flatMap((row, r) => row.map((x, t) => Math.abs(x - (flat[r * length + t] as number)))),
  );
}

/** A critic on these weights whose head says something. */
export function noisyCritic(config: LlamaConfig, seed: number): Weights {
  const random = createRandom(seed);
  const direction = Float32Array.from({ length: config.hiddenSize }, () => random.normal() / 2);
  return noisyWeights(config, seed)
    .set("value_head.weight", floats([1, config.hiddenSize], direction))
    .set("value_head.bias", floats([1], Float32Array.of(0.3)));
}
