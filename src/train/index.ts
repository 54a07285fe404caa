export { createActorCritic } from "./embedded/actor-critic.ts";
export { type Compute, localCompute, threadedCompute } from "./embedded/compute.ts";
export { type EmbeddedEngineOptions, embeddedEngine } from "./embedded/embedded-engine.ts";
export { NonFiniteError } from "./embedded/finite.ts";
export type { StageEvent, StagePlan, TrainingEngine } from "./engine.ts";
export {
  type DomainMeasure,
  type EnvironmentOptions,
  type Outcome,
  type Response,
  type ScoreMessage,
  SynthesisEnvironment,
} from "./environment.ts";
export { exportGguf, exportHuggingFace } from "./export/index.ts";
export { generalizedAdvantages } from "./gae.ts";
export { drawInstance, type Instance, type MessageRange, withMessages } from "./instance.ts";
export { checkLab, type LabBar, type LabCheck, labBars } from "./lab-check.ts";
export { demonstrateLab, type LabDemonstration } from "./lab-demonstration.ts";
export { measureWorklist, partsCovered } from "./lab-measure.ts";
export { LAB_SFT_RECIPE, type LabSftRecipe } from "./lab-recipe.ts";
export { type LabSftEvent, type LabSftOptions, trainLabSft } from "./lab-sft.ts";
export { normaliseAdvantages } from "./masked.ts";
export type { EvaluationMetrics, IterationMetrics } from "./metrics/iteration-metrics.ts";
export { writeRunPage } from "./metrics/write-run-page.ts";
export * from "./pool/index.ts";
export {
  LAB_RECIPE,
  PAPER_RECIPE,
  parseRecipe,
  RECIPE_SOURCES,
  RECIPES,
  type Recipe,
  RecipeError,
} from "./recipe.ts";
export { keepForStage1, keepForStage2, messageAccuracy } from "./stage-filters.ts";
export {
  measureSynthesis,
  type SynthesisAccuracyOptions,
  type SynthesisScore,
} from "./synthesis-accuracy.ts";
export { type TrainEvent, type TrainOptions, train } from "./train.ts";
