import type { EvaluationMetrics, IterationMetrics } from "../../train/metrics/iteration-metrics.ts";

/** Scalars of a step by OpenRLHF's names. */
export type Scalars = Readonly<Record<string, number>>;

export interface Place {
  /** Over the whole run. */
  iteration: number;
  stage: number;
  /** Of an iteration. */
  instances: number;
}

/**
 * An iteration as OpenRLHF logs it. It samples and verifies at once, trains policy and critic at once, and knows neither
 * explained variance nor importance ratios: those are NaN, which is written as null.
 */
export function iterationMetrics(scalars: Scalars, { iteration, stage, instances }: Place): IterationMetrics {
  const of = (name: string) => scalars[`train/${name}`] ?? Number.NaN;
  const responseLength = first(of("rollout/response_length_mean"), of("response_length"));
  const responses = of("rollout/num_samples");
  const promptLength = of("total_length") - of("response_length");
  const kl = scalars["train/kl"];
  return {
    iteration,
    stage,
    reward: first(of("rollout/reward_mean"), of("reward")),
    rewardByKind: {},
    // The reward server's own figures, as means over responses.
    unscored: Math.round((of("unscored") + of("verifier_error")) * responses),
    responseLength,
    cutOffRate: first(of("rollout/truncated_rate"), of("truncated")),
    entropy: of("entropy_loss"),
    policyLoss: of("policy_loss"),
    valueLoss: of("critic_loss"),
    explainedVariance: Number.NaN,
    clipFraction: of("ppo_clip_ratio"),
    ratioMean: Number.NaN,
    ratioMaxDeviation: Number.NaN,
    // 0 where no copy of the start is kept.
    klToStart: kl ? kl : null,
    policyGradientNorm: of("actor_grad_norm"),
    valueGradientNorm: of("critic_grad_norm"),
    learningRate: of("actor_lr"),
    valueLearningRate: of("critic_lr"),
    ...emergent(of("emergent"), of("emergent_case"), responses),
    crossChecking: null,
    solipsism: null,
    messages: of("messages"),
    coverage: null,
    soloReward: null,
    tokens: {
      sampled: Math.round(responseLength * responses),
      // A prefix that responses share counts once.
      prompt: Math.round(promptLength * instances),
      trained: Math.round(responseLength * responses),
    },
    seconds: {
      total: of("timing/step_total"),
      sampling: of("timing/generation"),
      scoring: Number.NaN,
      advantages: of("timing/make_experience"),
      policy: of("timing/ppo_train"),
      critic: Number.NaN,
      other: of("timing/broadcast"),
    },
  };
}

/** The reward server's figures are means over all responses; the share is of those that read wrong messages alone. */
function emergent(reward: number, share: number, responses: number) {
  const emergentCases = Math.round(share * responses);
  return { emergentCorrectness: emergentCases > 0 ? reward / share : null, emergentCases };
}

const first = (...values: number[]): number => values.find((value) => !Number.isNaN(value)) ?? Number.NaN;

const PASS = /^eval\/eval_held-out_pass(\d+)$/;

/** Held-out problems as a first round has them: OpenRLHF draws no rounds. No standard errors are logged. */
export function evaluationMetrics(
  scalars: Scalars,
  { iteration, stage, problems }: { iteration: number; stage: number; problems: number },
): EvaluationMetrics {
  const accuracy: EvaluationMetrics["accuracy"] = {};
  for (const [name, value] of Object.entries(scalars)) {
    const samples = PASS.exec(name)?.[1];
    if (samples !== undefined)
      accuracy[samples === "1" ? "single" : `coverage @${samples}`] = { value, error: Number.NaN };
  }
  return { iteration, stage, problems, accuracy, seconds: Number.NaN };
}
