import type { DomainMeasure } from "../environment.ts";
import type { Instance } from "../instance.ts";
import { maskedMean, maskedVariance } from "../masked.ts";
import type { IterationMetrics } from "../metrics/iteration-metrics.ts";
import type { Recipe } from "../recipe.ts";
import type { GroupTargets } from "./ppo-batch.ts";
import type { Episode } from "./ppo-trainer.ts";
import type { PolicyStep } from "./ppo-update.ts";

export interface IterationSummary {
  iteration: number;
  stage: number;
  recipe: Recipe;
  rates: { policy: number; value: number };
  episodes: readonly Episode[];
  batch: readonly GroupTargets[];
  /** Absent while only the critic learns. */
  policy?: PolicyStep | undefined;
  critic: { loss: number; gradientNorm: number };
  measure?: (instance: Instance, text: string) => DomainMeasure;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOrNull = (values: readonly number[]) => (values.length > 0 ? mean(values) : null);
const scored = (rewards: readonly (number | null)[]) => rewards.filter((reward) => reward !== null);

/** What an iteration was like, its times aside. */
export function iterationMetrics(summary: IterationSummary): Omit<IterationMetrics, "seconds"> {
  const { iteration, stage, rates, episodes, policy, critic } = summary;
  const responses = episodes.flatMap(({ responses }) => responses);
  const rewards = episodes.flatMap(({ rewards }) => rewards);
  const guided = episodes.filter(({ solo }) => !solo);
  return {
    iteration,
    stage,
    reward: mean(scored(guided.flatMap(({ rewards }) => rewards))),
    rewardByKind: rewardByKind(guided),
    unscored: rewards.filter((reward) => reward === null).length,
    responseLength: mean(responses.map(({ tokens }) => tokens.length)),
    cutOffRate: mean(responses.map(({ cutOff }) => (cutOff ? 1 : 0))),
    valueLoss: critic.loss,
    valueGradientNorm: critic.gradientNorm,
    explainedVariance: explainedVariance(summary.batch),
    ...policyFigures(summary),
    policyGradientNorm: policy?.gradientNorm ?? Number.NaN,
    learningRate: rates.policy,
    valueLearningRate: rates.value,
    ...emergence(guided),
    ...domainFigures(summary, guided),
    messages: mean(guided.map(({ instance }) => instance.messages.length)),
    ...soloFigures(episodes),
    tokens: tokenCounts(episodes),
  };
}

function rewardByKind(episodes: readonly Episode[]): Record<string, number> {
  const byKind = Map.groupBy(episodes, ({ instance }) => instance.entry.problem.kind);
  return Object.fromEntries(
    [...byKind].map(([kind, group]) => [kind, mean(scored(group.flatMap(({ rewards }) => rewards)))]),
  );
}

/** 1 − Var(G − V_old) / Var(G), over the scored tokens. */
function explainedVariance(batch: readonly GroupTargets[]): number {
  const rows = batch.flatMap(({ group, returns, values }) =>
    group.rewards.flatMap((reward, row) =>
      reward === null ? [] : [{ returns: returns[row] as Float64Array, values: values[row] as Float32Array }],
    ),
  );
  const errors = rows.map(({ returns, values }) => returns.map((g, i) => g - (values[i] as number)));
  return 1 - maskedVariance(errors) / maskedVariance(rows.map(({ returns }) => returns));
}

function policyFigures({ policy, recipe, batch }: IterationSummary) {
  if (!policy) {
    const none = Number.NaN;
    return {
      policyLoss: none,
      entropy: none,
      clipFraction: 0,
      ratioMean: 1,
      ratioMaxDeviation: 0,
      klToStart: null,
    };
  }
  const { clip } = recipe;
  const advantages = batch.flatMap((targets) => targets.advantages);
  const weights = batch.flatMap((targets) => targets.weights.map((row) => row.map(Math.sign)));
  const surrogate = policy.ratios.map((ratios, row) =>
    ratios.map((ratio, i) => {
      const advantage = (advantages[row] as Float64Array)[i] as number;
      return -Math.min(ratio * advantage, Math.min(Math.max(ratio, 1 - clip), 1 + clip) * advantage);
    }),
  );
  return {
    policyLoss: maskedMean(surrogate, weights),
    entropy: maskedMean(policy.entropies, weights),
    clipFraction: maskedMean(
      policy.ratios.map((row) => row.map((ratio) => (Math.abs(ratio - 1) > clip ? 1 : 0))),
    ),
    ratioMean: maskedMean(policy.ratios),
    ratioMaxDeviation: policy.ratios.reduce(
      (most, row) => row.reduce((worst, ratio) => Math.max(worst, Math.abs(ratio - 1)), most),
      0,
    ),
    klToStart: policy.divergences.length > 0 ? maskedMean(policy.divergences) : null,
  };
}

/** Right although every message read is wrong (§4). */
function emergence(guided: readonly Episode[]) {
  const cases = guided.filter(({ instance }) => instance.messages.every(({ score }) => score === 0));
  const rewards = scored(cases.flatMap(({ rewards }) => rewards));
  return { emergentCorrectness: meanOrNull(rewards), emergentCases: rewards.length };
}

function domainFigures({ measure }: IterationSummary, guided: readonly Episode[]) {
  const measures = measure
    ? guided.flatMap(({ instance, texts }) => texts.map((text) => measure(instance, text)))
    : [];
  const all = (name: keyof DomainMeasure) =>
    meanOrNull(measures.map((found) => found[name]).filter((value) => value !== undefined));
  return { solipsism: all("solipsism"), crossChecking: all("crossChecking") };
}

function soloFigures(episodes: readonly Episode[]) {
  const solo = episodes.filter((episode) => episode.solo);
  const solved = solo.map(({ rewards }) => (scored(rewards).some((reward) => reward >= 1) ? 1 : 0));
  return {
    coverage: meanOrNull(solved),
    soloReward: meanOrNull(solo.flatMap(({ rewards }) => scored(rewards))),
  };
}

function tokenCounts(episodes: readonly Episode[]) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    sampled: sum(episodes.flatMap(({ responses }) => responses.map(({ tokens }) => tokens.length))),
    prompt: sum(episodes.map(({ packed }) => packed.shape.prefixLength)),
    trained: sum(
      episodes.flatMap(({ responses, rewards }) =>
        responses.map(({ tokens }, row) => (rewards[row] === null ? 0 : tokens.length)),
      ),
    ),
  };
}
