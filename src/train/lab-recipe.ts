import { VOCABULARY } from "../embedded/tokenizer.ts";
import type { LlamaConfig } from "../embedded/weights.ts";

/** Everything that decides the weights, the seed aside. */
export interface LabSftRecipe {
  model: LlamaConfig;
  steps: number;
  /** The first steps learn lists of few parts, all worked: what is slow to be understood is cheap there. */
  shortSteps: number;
  /** Steps before synthesis and aggregation join; until then the rows are short. */
  soloSteps: number;
  learningRate: number;
  warmupSteps: number;
}

export const LAB_SFT_RECIPE: LabSftRecipe = {
  model: {
    vocabSize: VOCABULARY.length,
    hiddenSize: 128,
    layers: 3,
    heads: 4,
    intermediateSize: 320,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
  },
  steps: 2400,
  shortSteps: 300,
  soloSteps: 450,
  learningRate: 2e-3,
  warmupSteps: 50,
};

/** Linear warm-up, then a cosine to zero. */
export function scheduledRate({ learningRate, warmupSteps, steps }: LabSftRecipe, step: number): number {
  const warm = Math.min(1, (step + 1) / warmupSteps);
  return learningRate * warm * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
}
