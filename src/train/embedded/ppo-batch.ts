import { generalizedAdvantages } from "../gae.ts";
import { normaliseAdvantages } from "../masked.ts";
import type { Recipe } from "../recipe.ts";
import { type PackedGroup, padRows } from "./pack-group.ts";
import type { SampledResponse } from "./sample-groups.ts";

/** One instance's responses with their rewards; null is unscored. */
export interface RewardedGroup {
  packed: PackedGroup;
  responses: SampledResponse[];
  rewards: (number | null)[];
  /** Its prompt has no references. */
  solo: boolean;
}

/** Per token of every response, before the update. Rows hold no padding; unscored responses have weight 0. */
export interface GroupTargets {
  group: RewardedGroup;
  /** V_old. */
  values: Float32Array[];
  advantages: Float64Array[];
  returns: Float64Array[];
  /** 1 / (scored tokens of the batch), or 0. */
  weights: Float64Array[];
}

/**
 * Advantages and returns of the whole batch: the reward stands at the last token (§2.2), GAE runs along each response,
 * and normalisation over all scored tokens of the batch.
 */
export function batchTargets(
  groups: readonly RewardedGroup[],
  values: readonly Float32Array[][],
  { gamma, lambda, normaliseAdvantages: normalise }: Pick<Recipe, "gamma" | "lambda" | "normaliseAdvantages">,
): GroupTargets[] {
  const estimates = groups.map(({ rewards }, g) =>
    rewards.map((reward, row) => {
      const rowValues = (values[g] as Float32Array[])[row] as Float32Array;
      const rowRewards = new Float64Array(rowValues.length);
      rowRewards[rowRewards.length - 1] = reward ?? 0;
      return generalizedAdvantages({ rewards: rowRewards, values: rowValues, gamma, lambda });
    }),
  );
  const scored = groups.flatMap(({ rewards }, g) =>
    rewards.flatMap((reward, row) => (reward === null ? [] : [{ g, row }])),
  );
  const at = ({ g, row }: { g: number; row: number }) =>
    (estimates[g] as (typeof estimates)[number])[row] as ReturnType<typeof generalizedAdvantages>;
  const raw = scored.map((place) => at(place).advantages);
  const scaled = normalise ? normaliseAdvantages(raw) : raw;
  const tokens = raw.reduce((sum, { length }) => sum + length, 0);
  const advantages = estimates.map((rows) =>
    rows.map(({ advantages }) => new Float64Array(advantages.length)),
  );
  for (const [index, { g, row }] of scored.entries())
    (advantages[g] as Float64Array[])[row] = scaled[index] as Float64Array;
  return groups.map((group, g) => ({
    group,
    values: values[g] as Float32Array[],
    advantages: advantages[g] as Float64Array[],
    returns: (estimates[g] as (typeof estimates)[number]).map(({ returns }) => returns),
    weights: group.rewards.map((reward, row) =>
      new Float64Array(group.packed.lengths[row] as number).fill(reward === null ? 0 : 1 / tokens),
    ),
  }));
}

/** Constant rows times the weights, `[N·R]`. */
export function scaledWeights({ group, weights }: GroupTargets, factor: number) {
  return padRows(
    group.packed,
    weights.map((row) => row.map((weight) => weight * factor)),
  );
}
