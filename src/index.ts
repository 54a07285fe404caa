export { plurality } from "./core/agreement.ts";
export type { AnyLanguageModel } from "./core/any-model.ts";
export { BudgetTooSmallError } from "./core/budget.ts";
export { type Compaction, compact, type Sample } from "./core/compact.ts";
export { ContextOverflowError, type ContextPolicy } from "./core/context.ts";
export { coordinate } from "./core/coordinate.ts";
export { EFFORT, type Effort, parseWidths, type Widths } from "./core/effort.ts";
export { DeadlineError, EmptyRoundError, RunError, SynthesisError } from "./core/errors.ts";
export type { CoordinationEvent, StopReason } from "./core/events.ts";
export type { Journal, RoundRecord, RunHeader } from "./core/journal.ts";
export { type PacoreModelOptions, pacore, pacoreMiddleware } from "./core/model.ts";
export type { CoordinateOptions, CutOffPolicy } from "./core/options.ts";
export { type Cost, moneyOf, type Price, type Receipt, type RoundReceipt } from "./core/receipt.ts";
export type { AnswerSource, SolveResult } from "./core/result.ts";
export { type SolveOptions, solve } from "./core/solve.ts";
export {
  compileTemplate,
  renderSynthesis,
  SYNTHESIS_TEMPLATE,
  type SynthesisTemplate,
} from "./core/synthesis.ts";
export type { CompactMessage, Outcome, Trajectory } from "./core/trajectory.ts";
export type { TokenUsage } from "./core/usage.ts";
export { InvalidOptionError, PacoreError } from "./errors.ts";
export { resolveModel } from "./resolve-model.ts";
export type { ModelReference, ResolveOptions } from "./upstream/index.ts";
