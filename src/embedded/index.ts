/**
 * The embedded model: a tiny policy that runs in this process and solves work lists, problems made so that one
 * trajectory cannot hold the work and many can.
 */
export { type EmbeddedModelOptions, embeddedModel } from "./language-model.ts";
export { AGGREGATION_TEMPLATE } from "./prompts.ts";
export { parseConclusion, plurality, sampleProblem, scoreWorklist } from "./worklist.ts";
