import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { embeddedModel } from "../../embedded/language-model.ts";
import { loadPretrained, type Pretrained, savePretrained } from "../../embedded/pretrained.ts";
import { PacoreError } from "../../errors.ts";
import type { StageEvent, StagePlan, TrainingEngine } from "../engine.ts";
import { stageFingerprint } from "../stage-fingerprint.ts";
import { type ActorCritic, createActorCritic } from "./actor-critic.ts";
import { type Compute, threadedCompute } from "./compute.ts";
import { evaluatePolicy, evaluationScore } from "./evaluate-policy.ts";
import { PpoTrainer } from "./ppo-trainer.ts";
import { shareWeights } from "./share-weights.ts";
import { loadTrainingState, type Progress, saveTrainingState } from "./training-state.ts";

const STATE = "training.safetensors";

export interface EmbeddedEngineOptions {
  /** Where the heavy work runs. Default: a thread for each core. */
  compute?: Compute;
}

/** Where the start policy lies, in `src` and in `dist` alike. */
const START_MODEL = new URL("../../../models/embedded-start/", import.meta.url);

/** Trains the embedded model in this process. Checkpoints are model directories with the training's state beside. */
export function embeddedEngine(options: EmbeddedEngineOptions = {}): TrainingEngine {
  return {
    name: "embedded",
    defaultStart: START_MODEL.href,
    trainStage: (plan) => trainStage(plan, options),
    serve: async (checkpoint) => embeddedModel({ directory: directoryUrl(checkpoint) }),
  };
}

const directoryUrl = (path: string) =>
  path.startsWith("file:")
    ? new URL(path.endsWith("/") ? path : `${path}/`)
    : pathToFileURL(`${resolve(path)}/`);

/** What a stage works with while it runs. */
interface Stage {
  plan: StagePlan;
  pretrained: Pretrained;
  learner: ActorCritic;
  trainer: PpoTrainer;
  progress: Progress;
}

async function* trainStage(
  plan: StagePlan,
  options: EmbeddedEngineOptions,
): AsyncGenerator<StageEvent, string, undefined> {
  const compute = options.compute ?? threadedCompute();
  try {
    const stage = await openStage(plan, compute);
    const { progress } = stage;
    const iteration = plan.iterationsBefore + progress.iteration;
    yield { type: "begin", stage: plan.stage, iteration };
    if (iteration === 0) yield* evaluateStage(stage);
    let saved = -1;
    while (progress.iteration < plan.iterations) {
      if (plan.signal.aborted) {
        if (saved !== progress.iteration) yield await checkpoint(stage);
        throw plan.signal.reason;
      }
      yield await iterate(stage);
      if (isDue(progress.iteration, plan.recipe.evaluateEvery, plan.iterations)) yield* evaluateStage(stage);
      if (isDue(progress.iteration, plan.recipe.checkpointEvery, plan.iterations)) {
        yield await checkpoint(stage);
        saved = progress.iteration;
      }
    }
    // A stage of no iterations hands on what it was given.
    if (plan.iterations === 0) yield await checkpoint(stage);
    return plan.out;
  } finally {
    if (!options.compute) await compute.dispose();
  }
}

const isDue = (iteration: number, every: number, last: number) =>
  every > 0 && (iteration % every === 0 || iteration === last);

async function openStage(plan: StagePlan, compute: Compute): Promise<Stage> {
  const { recipe, out } = plan;
  await mkdir(out, { recursive: true });
  const found = await loadTrainingState(join(out, STATE));
  const fingerprint = stageFingerprint(recipe, plan.environment.options.entries);
  if (found && found.progress.fingerprint !== fingerprint)
    throw new PacoreError(
      `${out} was begun with another recipe or pool; name another --out, or go on with its own.`,
    );
  const from = directoryUrl(plan.from);
  const pretrained = await loadPretrained(from);
  const start = await loadPretrained(directoryUrl(recipe.start ?? START_MODEL.href));
  // A run that begins takes the weights alone, whatever training its start has behind it.
  const before = found ?? (plan.iterationsBefore > 0 ? await stateBefore(from) : undefined);
  const learner = before
    ? { config: pretrained.config, ...before.state }
    : createActorCritic(pretrained.config, pretrained.weights);
  const progress = found?.progress ?? { stage: plan.stage, iteration: 0, fingerprint, best: null };
  const { tokenizer } = pretrained;
  for (const weights of [learner.policy, learner.critic, start.weights]) shareWeights(weights);
  const trainer = new PpoTrainer({ compute, tokenizer, recipe, learner, start: start.weights });
  return { plan, pretrained, learner, trainer, progress };
}

/** The state of the stage before, so that its critic and its optimisers go on too. */
const stateBefore = (from: URL) => loadTrainingState(fileURLToPath(new URL(STATE, from)));

async function iterate({ plan, trainer, progress }: Stage): Promise<StageEvent> {
  const stageIteration = progress.iteration + 1;
  const iteration = plan.iterationsBefore + stageIteration;
  const at = { iteration, stage: plan.stage, stageIteration, of: plan.iterations };
  const metrics = await trainer.iterate(plan.environment, at);
  progress.iteration = stageIteration;
  return { type: "iteration", metrics };
}

async function* evaluateStage(stage: Stage): AsyncGenerator<StageEvent> {
  const { plan, trainer, progress } = stage;
  if (plan.heldOut.length === 0) return;
  const iteration = plan.iterationsBefore + progress.iteration;
  const options = {
    trainer,
    environment: plan.environment,
    problems: plan.heldOut,
    iteration,
    stage: plan.stage,
  };
  const metrics = await evaluatePolicy(options);
  const score = evaluationScore(metrics);
  if (progress.iteration > 0 && score >= (progress.best?.score ?? 0)) {
    progress.best = { iteration: progress.iteration, score };
    await saveModel(stage, join(plan.out, "best"));
  }
  yield { type: "evaluation", metrics };
}

async function checkpoint(stage: Stage): Promise<StageEvent> {
  const { plan, trainer, learner, progress } = stage;
  await trainer.check();
  await saveModel(stage, plan.out);
  await saveTrainingState(join(plan.out, STATE), learner, progress);
  const iteration = plan.iterationsBefore + progress.iteration;
  return { type: "checkpoint", stage: plan.stage, iteration, path: plan.out };
}

const saveModel = ({ pretrained, learner }: Stage, path: string) =>
  savePretrained(path, { ...pretrained, weights: learner.policy });
