import { InvalidOptionError } from "../../errors.ts";
import type { StagePlan } from "../../train/engine.ts";
import type { Recipe } from "../../train/recipe.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { type ModelDirectoryPlan, planModelDirectory, writeModelDirectory } from "./model-directory.ts";
import type { OpenRlhfStage } from "./openrlhf-engine.ts";
import { evaluationRows, promptRows } from "./prompt-rows.ts";
import type { StagePaths } from "./stage-paths.ts";
import { type StartModel, startModel } from "./start-model.ts";
import { writeRows } from "./write-rows.ts";

/** Write what the trainer reads: rows once, the model directory once. */
export async function prepareStage({ plan, paths, state, cluster }: OpenRlhfStage): Promise<void> {
  const { recipe, environment, iterations, iterationsBefore, heldOut } = plan;
  if (!state.isDone("rows")) {
    const rows = promptRows({ environment, iterations, iterationsBefore });
    await writeRows(paths.dataset, rows, recipe.maxResponseTokens);
    if (heldOut.length > 0)
      await writeRows(paths.evaluation, evaluationRows(heldOut), recipe.maxResponseTokens);
    await state.finish("rows");
  }
  if (!state.isDone("model")) {
    const directory = await planStart({ recipe, cluster, paths, from: plan.from });
    if (directory) await writeModelDirectory(directory);
    await state.finish("model");
  }
}

export interface StartOptions {
  recipe: Recipe;
  cluster: ClusterSettings;
  paths: StagePaths;
  from: string;
}

/**
 * The model directory that the stage has to begin with; undefined where the one before left it.
 * @throws {InvalidOptionError} if there is no such model.
 */
export async function planStart({
  recipe,
  cluster,
  paths,
  from,
}: StartOptions): Promise<ModelDirectoryPlan | undefined> {
  if (from === "")
    throw new InvalidOptionError(
      "start",
      "name the model directory to begin with, in the recipe or as --set start=DIRECTORY.",
    );
  const start = startModel(from);
  if (start.trained) return undefined;
  const { yarnFactor: factor, yarnOriginalLength: originalLength, yarnTemperature: temperature } = cluster;
  return planModelDirectory(start.actor, paths.start, {
    factor,
    originalLength,
    temperature,
    length: recipe.maxResponseTokens,
  });
}

/** The models that the trainer is told of. */
export function trainedModels({ from }: Pick<StagePlan, "from">, { start }: StagePaths): StartModel {
  const model = startModel(from);
  return model.trained ? model : { actor: start, critic: start, trained: false };
}
