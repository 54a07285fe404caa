import type { RecordedEvaluation, RecordedIteration } from "./recorded.ts";

type Values = Record<string, number | null>;

/** An iteration as TensorBoard's flat names; what could not be measured is left out. */
export function iterationScalars(metrics: RecordedIteration): Record<string, number> {
  return finite({
    "run/stage": metrics.stage,
    "reward/mean": metrics.reward,
    ...prefixed("reward_by_kind", metrics.rewardByKind),
    "reward/unscored": metrics.unscored,
    "response/length": metrics.responseLength,
    "response/cut_off": metrics.cutOffRate,
    ...policyScalars(metrics),
    "critic/loss": metrics.valueLoss,
    "critic/explained_variance": metrics.explainedVariance,
    "critic/gradient_norm": metrics.valueGradientNorm,
    "critic/learning_rate": metrics.valueLearningRate,
    "coordination/emergent_correctness": metrics.emergentCorrectness,
    "coordination/emergent_cases": metrics.emergentCases,
    "coordination/cross_checking": metrics.crossChecking,
    "coordination/solipsism": metrics.solipsism,
    "coordination/messages": metrics.messages,
    "solo/reward": metrics.soloReward,
    "solo/coverage": metrics.coverage,
    ...prefixed("tokens", metrics.tokens),
    ...prefixed("time", metrics.seconds),
  });
}

function policyScalars(metrics: RecordedIteration): Values {
  return {
    "policy/loss": metrics.policyLoss,
    "policy/entropy": metrics.entropy,
    "policy/kl_to_start": metrics.klToStart,
    "policy/clip_fraction": metrics.clipFraction,
    "policy/ratio_mean": metrics.ratioMean,
    "policy/ratio_max_deviation": metrics.ratioMaxDeviation,
    "policy/gradient_norm": metrics.policyGradientNorm,
    "policy/learning_rate": metrics.learningRate,
  };
}

/** Accuracies by method, and their standard errors beside them. */
export function evaluationScalars({
  accuracy,
  problems,
  seconds,
}: RecordedEvaluation): Record<string, number> {
  const part = (name: "value" | "error") =>
    Object.fromEntries(Object.entries(accuracy).map(([method, estimate]) => [method, estimate[name]]));
  return finite({
    ...prefixed("evaluation", part("value")),
    ...prefixed("evaluation_error", part("error")),
    "evaluation_run/problems": problems,
    "evaluation_run/seconds": seconds,
  });
}

const prefixed = (prefix: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));

const finite = (values: Values): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, number] => entry[1] !== null && Number.isFinite(entry[1]),
    ),
  );
