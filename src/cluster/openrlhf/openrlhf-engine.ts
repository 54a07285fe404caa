import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PacoreError } from "../../errors.ts";
import type { StageEvent, StagePlan, TrainingEngine } from "../../train/engine.ts";
import type { SynthesisEnvironment } from "../../train/environment.ts";
import type { Recipe } from "../../train/recipe.ts";
import { stageFingerprint } from "../../train/stage-fingerprint.ts";
import { checkOpenRlhfRecipe } from "./check-recipe.ts";
import { checkVersion } from "./check-version.ts";
import { alignCheckpoints } from "./checkpoints.ts";
import { endOrphan } from "./child.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { commandText, REWARD_URL_VARIABLE } from "./launch-command.ts";
import { prepareStage } from "./prepare-stage.ts";
import { serveCheckpoint } from "./serve-checkpoint.ts";
import { type StagePaths, stagePaths } from "./stage-paths.ts";
import { StageState } from "./stage-state.ts";
import { startModel } from "./start-model.ts";
import { toldSteps } from "./told-steps.ts";
import { stageLaunch, trainerLife } from "./trainer-life.ts";
import { TrainerSteps } from "./trainer-steps.ts";

/** Rewards over HTTP, while a trainer asks for them. */
export interface RunningRewards extends AsyncDisposable {
  /** As the trainer's nodes reach it. Holds a token, for the trainer has no other way to show who it is. */
  url: string;
}

export interface RewardsOptions {
  environment: SynthesisEnvironment;
  /** Address to listen at; port 0: any free one. */
  host: string;
  port: number;
  /** JSONL of every reward. */
  log: string;
  signal: AbortSignal;
}

export type StartRewards = (options: RewardsOptions) => Promise<RunningRewards>;

export interface OpenRlhfEngineOptions {
  recipe: Recipe;
  cluster: ClusterSettings;
  rewards: StartRewards;
  /** Takes the trainer's command instead of starting it: somebody else's launcher will. The run then ends. */
  elsewhere?: (command: string) => void;
  /** Between two looks at what the trainer wrote. */
  pollMs?: number;
  /** Before a trainer that died is started again. */
  restartMs?: number;
}

/** A stage while it runs. */
export interface OpenRlhfStage extends OpenRlhfEngineOptions {
  plan: StagePlan;
  paths: StagePaths;
  state: StageState;
  steps: TrainerSteps;
}

/**
 * Drives OpenRLHF 0.11: its processes do what §2.2 says on a cluster, this one gives them rows and rewards and reads
 * what they log. A checkpoint is a stage's folder, or a model directory to begin with.
 * @throws {InvalidOptionError} if the recipe asks for what OpenRLHF cannot do.
 */
export function openRlhfEngine(options: OpenRlhfEngineOptions): TrainingEngine {
  const { cluster, recipe } = options;
  checkOpenRlhfRecipe(recipe, cluster);
  return {
    name: "openrlhf",
    // None ships: a recipe without `start` is refused where the directory is read.
    defaultStart: "",
    trainStage: (plan) => trainStage(plan, options),
    serve: async (checkpoint, signal) => {
      const { folder } = stagePaths(checkpoint);
      const record = join(folder, "server.json");
      await endOrphan(record);
      return serveCheckpoint(startModel(checkpoint).actor, {
        cluster,
        length: recipe.maxResponseTokens,
        log: join(folder, "server.log"),
        record,
        ...(signal && { signal }),
      });
    },
  };
}

async function* trainStage(
  plan: StagePlan,
  options: OpenRlhfEngineOptions,
): AsyncGenerator<StageEvent, string, undefined> {
  const { stage: number, iterations, iterationsBefore: before } = plan;
  // A stage of no iterations hands on what it was given.
  if (iterations === 0) return plan.from;
  const stage = await openStage(plan, options);
  const { state, paths } = stage;
  const finished = state.isDone("training") || isAdoptable(paths);
  const from = finished ? iterations : await alignCheckpoints(paths.checkpoints);
  yield { type: "begin", stage: number, iteration: before + Math.min(state.told, from) };
  if (!finished) {
    if (!options.elsewhere) await checkVersion(options.cluster);
    await prepareStage(stage);
    if (options.elsewhere) leave(stage, from > 0, options.elsewhere);
    yield* trainToTheEnd(stage, from);
  } else yield* toldSteps(stage, true);
  await state.finish("training");
  yield { type: "checkpoint", stage: number, iteration: before + iterations, path: paths.folder };
  return plan.out;
}

async function openStage(plan: StagePlan, options: OpenRlhfEngineOptions): Promise<OpenRlhfStage> {
  const paths = stagePaths(plan.out);
  const fingerprint = stageFingerprint(plan.recipe, plan.environment.options.entries);
  const state = await StageState.open(paths.state, fingerprint);
  await endOrphan(paths.trainer);
  const steps = new TrainerSteps(join(paths.tensorboard, paths.runName), state.told);
  return { ...options, plan, paths, state, steps };
}

/** Somebody else's launcher ran it to its end: a tokenizer is the last thing that is saved, with the critic. */
function isAdoptable({ model, critic }: StagePaths): boolean {
  return [model, critic].every((folder) =>
    ["config.json", "tokenizer_config.json"].every((name) => existsSync(join(folder, name))),
  );
}

/** The run ends here, for its next part is somebody else's. */
export class ElsewhereError extends PacoreError {
  override name = "ElsewhereError";
}

function leave(stage: OpenRlhfStage, resume: boolean, print: (command: string) => void): never {
  const rewardUrl = `$${REWARD_URL_VARIABLE}`;
  const launch = stageLaunch(stage, { rewardUrl, resume, life: 1 });
  for (const [path, text] of Object.entries(launch.files)) writeFileSync(path, text);
  print(commandText(launch, rewardUrl));
  throw new ElsewhereError("When the trainer is done, the same command goes on.");
}

/** Lives of the trainer, until one ends well. */
async function* trainToTheEnd(stage: OpenRlhfStage, from: number): AsyncGenerator<StageEvent> {
  const { cluster, plan, paths, state, restartMs = 5000 } = stage;
  const { iterationsBefore: before, stage: number } = plan;
  let [checkpoint, failures] = [from, 0];
  for (;;) {
    if (state.told > checkpoint) {
      yield { type: "begin", stage: number, iteration: before + checkpoint };
      await state.tell(checkpoint);
    }
    const end = yield* trainerLife(stage, checkpoint);
    if (end.finished) return;
    const reached = await alignCheckpoints(paths.checkpoints);
    failures = reached > checkpoint ? 1 : failures + 1;
    checkpoint = reached;
    // Arguments that OpenRLHF refuses do not get better.
    if (failures > cluster.restarts || end.refused) throw new TrainerError(stage, end.how, end.tail);
    await new Promise((resume) => setTimeout(resume, restartMs));
    plan.signal.throwIfAborted();
  }
}

/** The trainer ended, time and again, without its work done. */
export class TrainerError extends PacoreError {
  override name = "TrainerError";

  constructor({ paths, state, plan }: OpenRlhfStage, how: string, tail: string) {
    super(
      `The trainer ${how} after ${state.told} of ${plan.iterations} iterations of stage ${plan.stage}; once that is ` +
        `mended, the same command goes on from its last checkpoint. ${resolve(paths.log)} ends with:\n${tail}`,
    );
  }
}
