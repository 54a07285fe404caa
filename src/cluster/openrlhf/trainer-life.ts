import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writeAtomically } from "../../embedded/atomic-file.ts";
import type { StageEvent } from "../../train/engine.ts";
import { lastCheckpoint } from "./checkpoints.ts";
import { type Child, startChild } from "./child.ts";
import { type LaunchCommand, launchCommand } from "./launch-command.ts";
import type { OpenRlhfStage } from "./openrlhf-engine.ts";
import { trainedModels } from "./prepare-stage.ts";
import type { StagePaths } from "./stage-paths.ts";
import type { StartModel } from "./start-model.ts";
import { toldSteps } from "./told-steps.ts";
import { trainerArguments } from "./trainer-flags.ts";

/** How a life of the trainer ended. */
export interface LifeEnd {
  finished: boolean;
  /** Its argument parser did not take them. */
  refused: boolean;
  /** "ended with exit code 1". */
  how: string;
  /** Its last lines. */
  tail: string;
}

/**
 * Start the reward server and the trainer, from the checkpoint if there is one, and follow it until it ends.
 * @throws The signal's reason, when the trainer has been stopped.
 */
export async function* trainerLife(
  stage: OpenRlhfStage,
  checkpoint: number,
): AsyncGenerator<StageEvent, LifeEnd> {
  const { plan, paths, cluster, rewards, steps, state } = stage;
  await steps.rewind(checkpoint);
  await using server = await rewards({
    environment: plan.environment,
    host: cluster.rewardHost,
    port: cluster.rewardPort,
    log: paths.rewardLog,
    signal: plan.signal,
  });
  const launch = stageLaunch(stage, {
    rewardUrl: server.url,
    resume: checkpoint > 0,
    life: await state.beginLife(),
  });
  for (const [path, text] of Object.entries(launch.files)) await writeAtomically(path, text);
  const options = { log: paths.log, record: paths.trainer, secrets: secretsOf(server.url) };
  await using child = await startChild(launch, { ...options, setting: "cluster.python" });
  yield* followed(stage, child, checkpoint);
  const { code, signal } = await child.ended;
  yield* toldSteps(stage, true);
  const reached = Math.max(state.told, checkpoint);
  const saved = isSaved(paths);
  const finished = code === 0 && saved && reached >= plan.iterations;
  const lacks = saved ? "too early" : "without a model";
  const how = code === 0 ? `ended ${lacks}` : `ended with ${signal ?? `exit code ${code}`}`;
  return { finished, refused: code === 2, how, tail: child.tail() };
}

interface LaunchDetails {
  rewardUrl: string;
  resume: boolean;
  /** From 1. */
  life: number;
  /** Default: what the stage begins with. */
  models?: Pick<StartModel, "actor" | "critic">;
}

/** The launcher's command for a stage. */
export function stageLaunch(
  { plan, paths, cluster, recipe }: Pick<OpenRlhfStage, "plan" | "paths" | "cluster" | "recipe">,
  { rewardUrl, resume, life, models = trainedModels(plan, paths) }: LaunchDetails,
): LaunchCommand {
  const { actor, critic } = models;
  const { stage, iterations, heldOut } = plan;
  const evaluate = heldOut.length > 0;
  const args = trainerArguments({
    recipe,
    cluster,
    stage,
    iterations,
    paths,
    actor,
    critic,
    rewardUrl,
    resume,
    evaluate,
  });
  return launchCommand({ cluster, paths, args, rewardUrl, job: jobName(paths, life) });
}

/** The same folder always has the same names, so that a job that was left behind is found. */
const jobName = ({ folder, runName }: StagePaths, life: number) =>
  `pacore-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}-${runName}-${life}`;

async function* followed(stage: OpenRlhfStage, child: Child, from: number): AsyncGenerator<StageEvent> {
  const { plan, paths, pollMs = 2000 } = stage;
  const { signal, stage: number, iterationsBefore } = plan;
  let seen = from;
  let over = false;
  const end = child.ended.finally(() => {
    over = true;
  });
  end.catch(() => {});
  while (!over) {
    await Promise.race([end, delay(pollMs, undefined, { signal }).catch(() => {})]);
    // Leaving ends the trainer.
    signal.throwIfAborted();
    yield* toldSteps(stage, false);
    const step = await lastCheckpoint(paths.checkpoints);
    if (step <= seen) continue;
    seen = step;
    yield { type: "checkpoint", stage: number, iteration: iterationsBefore + step, path: paths.checkpoints };
  }
}

const isSaved = ({ model, critic }: StagePaths): boolean =>
  [model, critic].every((folder) => existsSync(join(folder, "config.json")));

/** What of the address is no place: its path. */
const secretsOf = (url: string): string[] =>
  new URL(url).pathname.split("/").filter((part) => part.length >= 16);
