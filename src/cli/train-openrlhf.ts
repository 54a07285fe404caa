import { join } from "node:path";
import { parseCluster } from "../cluster/openrlhf/cluster-settings.ts";
import { clusterYaml } from "../cluster/openrlhf/cluster-yaml.ts";
import { dryRunMeasure, dryRunStage, dryRunStage2 } from "../cluster/openrlhf/dry-run.ts";
import { openRlhfEngine, type StartRewards } from "../cluster/openrlhf/openrlhf-engine.ts";
import type { Problem } from "../data/problem.ts";
import { keepForStage1, type PoolEntry, SynthesisEnvironment, type TrainingEngine } from "../train/index.ts";
import type { RecipeFile } from "./train-recipe.ts";

/** The recipe's section about machines, every setting with its source. */
export const clusterText = ({ cluster }: RecipeFile): string => clusterYaml(parseCluster(cluster));

export interface OpenRlhfTrainingOptions {
  file: RecipeFile;
  rewards: StartRewards;
  /** Print the trainer's command, and leave starting it to somebody else. */
  printCommand: boolean;
}

/** The engine of `--engine openrlhf`. @throws {InvalidOptionError} for what it cannot do of the recipe. */
export function openRlhfTraining({ file, rewards, printCommand }: OpenRlhfTrainingOptions): TrainingEngine {
  const cluster = parseCluster(file.cluster);
  const elsewhere = (command: string) => process.stdout.write(`${HOW_ELSEWHERE}\n${command}\n`);
  return openRlhfEngine({ recipe: file.recipe, cluster, rewards, ...(printCommand && { elsewhere }) });
}

const HOW_ELSEWHERE = `# Rows and model directory are written. Serve rewards where the trainer's nodes reach them (pacore reward serve),
# put the address with its token into PACORE_REWARD_URL, and run:`;

export interface DryRunOptions {
  file: RecipeFile;
  pool: readonly PoolEntry[];
  heldOut: readonly Problem[];
  out: string;
  print: (text: string) => void;
}

/** `--dry-run`: both stages as far as they can be known, and nothing is written or started. */
export async function dryRunOpenRlhf({ file, pool, heldOut, out, print }: DryRunOptions): Promise<void> {
  const { recipe } = file;
  const cluster = parseCluster(file.cluster);
  const entries = pool.filter((entry) => keepForStage1(entry, recipe));
  const environment = new SynthesisEnvironment({ ...recipe, entries, score: async () => null });
  const plan = {
    stage: 1,
    iterations: recipe.stage1Iterations,
    iterationsBefore: 0,
    recipe,
    environment,
    from: recipe.start ?? "",
    out: join(out, "stage-1"),
    heldOut,
    signal: new AbortController().signal,
  };
  print(`Recipe ${recipe.name}: ${entries.length} of ${pool.length} problems are in stage 1.\n\n`);
  print(`${await dryRunStage(plan, cluster)}\n`);
  if (recipe.stage2Iterations === 0) return;
  print(`${dryRunMeasure(plan, cluster)}\n`);
  const second = { ...plan, stage: 2, iterations: recipe.stage2Iterations, out: join(out, "stage-2") };
  print(`${dryRunStage2({ ...second, iterationsBefore: recipe.stage1Iterations }, plan, cluster)}\n`);
  print("Nothing was written, and nothing started.\n");
}
