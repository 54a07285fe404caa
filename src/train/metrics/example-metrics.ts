import type { EvaluationMetrics, IterationMetrics } from "./iteration-metrics.ts";

/** A plausible iteration for tests; `over` replaces fields. */
export function exampleIteration(iteration: number, over: Partial<IterationMetrics> = {}): IterationMetrics {
  return {
    iteration,
    stage: 1,
    reward: 0.25,
    rewardByKind: { worklist: 0.25 },
    unscored: 0,
    responseLength: 57.5,
    cutOffRate: 0.03125,
    entropy: 0.5,
    policyLoss: -0.001,
    valueLoss: 0.0625,
    explainedVariance: 0.75,
    clipFraction: 0,
    ratioMean: 1,
    ratioMaxDeviation: 2.5e-7,
    klToStart: 0.0125,
    policyGradientNorm: 0.5,
    valueGradientNorm: 1.5,
    learningRate: 1e-4,
    valueLearningRate: 5e-4,
    emergentCorrectness: 0.125,
    emergentCases: 640,
    crossChecking: null,
    solipsism: 0.875,
    messages: 20,
    coverage: null,
    soloReward: null,
    tokens: { sampled: 60_000, prompt: 3_000, trained: 59_000 },
    seconds: { total: 10, sampling: 5, scoring: 0.25, advantages: 0.5, policy: 3, critic: 1, other: 0.25 },
    ...over,
  };
}

/** A plausible evaluation for tests. */
export function exampleEvaluation(
  iteration: number,
  over: Partial<EvaluationMetrics> = {},
): EvaluationMetrics {
  const accuracy = { single: { value: 0.0625, error: 0.01 }, "[4]": { value: 0.5, error: 0.02 } };
  return { iteration, stage: 1, problems: 500, accuracy, seconds: 30, ...over };
}
