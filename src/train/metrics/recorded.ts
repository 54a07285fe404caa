import { z } from "zod";

/** JSON has no NaN: what could not be measured is `null`, and so is what an older file does not have. */
const figure = z.number().nullable().default(null);
const figures = <K extends string>(...names: K[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, figure])) as Record<K, typeof figure>);

const measured = figures(
  "reward",
  "unscored",
  "responseLength",
  "cutOffRate",
  "entropy",
  "policyLoss",
  "valueLoss",
  "explainedVariance",
  "clipFraction",
  "ratioMean",
  "ratioMaxDeviation",
  "klToStart",
  "policyGradientNorm",
  "valueGradientNorm",
  "learningRate",
  "valueLearningRate",
  "emergentCorrectness",
  "emergentCases",
  "crossChecking",
  "solipsism",
  "messages",
  "coverage",
  "soloReward",
);
const tokens = figures("sampled", "prompt", "trained");
const seconds = figures("total", "sampling", "scoring", "advantages", "policy", "critic", "other");

const counter = z.int().min(0);

/** A line of `metrics.jsonl`. */
export const iterationLine = measured.extend({
  iteration: counter,
  stage: counter,
  rewardByKind: z.record(z.string(), figure).default({}),
  tokens: tokens.default(() => tokens.parse({})),
  seconds: seconds.default(() => seconds.parse({})),
});

/** A line of `evaluations.jsonl`. */
export const evaluationLine = z.object({
  iteration: counter,
  stage: counter,
  problems: figure,
  accuracy: z.record(z.string(), figures("value", "error")).default({}),
  seconds: figure,
});

/** Metrics as they are read back. */
export type RecordedIteration = z.infer<typeof iterationLine>;
export type RecordedEvaluation = z.infer<typeof evaluationLine>;
