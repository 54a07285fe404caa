import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Problem } from "../data/problem.ts";
import type { SynthesisEnvironment } from "./environment.ts";
import type { EvaluationMetrics, IterationMetrics } from "./metrics/iteration-metrics.ts";
import type { Recipe } from "./recipe.ts";

/** One stage of the curriculum, as an engine is given it. */
export interface StagePlan {
  /** 1 or 2. */
  stage: number;
  iterations: number;
  /** Iterations of the stages before; metrics count on. */
  iterationsBefore: number;
  recipe: Recipe;
  environment: SynthesisEnvironment;
  /** A checkpoint of this engine, or a model it can start from. */
  from: string;
  /** Folder of the stage: what is there already is gone on from. */
  out: string;
  /** Held-out problems that the policy is measured on, each with a first round of its own. */
  heldOut: readonly Problem[];
  signal: AbortSignal;
}

export type StageEvent =
  /**
   * Always the first, and again where an engine went back: `iteration` is the checkpoint's, over the whole run, that the
   * stage goes on from.
   */
  | { type: "begin"; stage: number; iteration: number }
  | { type: "iteration"; metrics: IterationMetrics }
  | { type: "evaluation"; metrics: EvaluationMetrics }
  | { type: "checkpoint"; stage: number; iteration: number; path: string };

/**
 * What trains: the algorithm above it knows no tensors. The embedded engine runs in this process; another may drive a
 * cluster.
 */
export interface TrainingEngine {
  readonly name: string;
  /** What the run begins with where a recipe names nothing. */
  readonly defaultStart: string;
  /**
   * Train a stage on an environment, from a checkpoint; resumes by itself. @returns The stage's last checkpoint.
   * @throws The signal's reason, after a checkpoint.
   */
  trainStage(plan: StagePlan): AsyncGenerator<StageEvent, string, undefined>;
  /** A checkpoint as a model like any other; to be disposed of where it can be. */
  serve(checkpoint: string, signal?: AbortSignal): Promise<LanguageModelV4 & Partial<AsyncDisposable>>;
}
