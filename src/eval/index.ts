/** Evaluation: methods on problems, journaled; figures; reports; what stored trajectories say without a model. */
export { UpstreamDownError } from "../core/errors.ts";
export { Meter } from "../core/meter.ts";
export type { Grader } from "../data/grade.ts";
export { checkKinds, type GraderResources, graderFor } from "../data/grader.ts";
export {
  type EvaluateOptions,
  type EvaluationPlan,
  evaluate,
  type Outcome,
  type Progress,
} from "./evaluate.ts";
export { type Forecast, Forecaster, type Observation, type Odds } from "./forecast.ts";
export {
  type CoordinatedMethod,
  coordinated,
  type Method,
  pluralityOf,
  sequential,
  single,
  type Variant,
  vote,
} from "./method.ts";
export type { MethodFigures, SynthesisFigures } from "./method-figures.ts";
export { clustered, type Estimate, estimate, paired } from "./metrics/clustered.ts";
export {
  CROSS_CHECKING_WORDS,
  crossChecks,
  emergentCorrectness,
  novelAnswers,
  pluralityAgreement,
  type Rate,
  type Reference,
  type SynthesisCase,
} from "./metrics/emergence.ts";
export { type AnswerGroup, majorityVote } from "./metrics/majority.ts";
export { passAtK } from "./metrics/pass-at-k.ts";
export { type RunCard, runCard } from "./run-card.ts";
export { type Simulation, simulate } from "./simulate.ts";
export { type EvaluationStore, openStore } from "./store.ts";
export { Summariser, type Summary } from "./summary.ts";
export type { Trial, Unit } from "./trial.ts";
export { type ReportOptions, writeReport } from "./write-report.ts";
