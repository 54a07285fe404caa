import { join } from "node:path";
import { writeAtomically } from "../embedded/atomic-file.ts";
import { floatData } from "../embedded/engine/host-tensor.ts";
import { createPolicy } from "../embedded/policy.ts";
import { type Pretrained, savePretrained } from "../embedded/pretrained.ts";
import { createRandom, mixSeed } from "../embedded/random.ts";
import { Sampler } from "../embedded/sampler.ts";
import { createTokenizer } from "../embedded/tokenizer.ts";
import { initialWeights, type Weights } from "../embedded/weights.ts";
import { createAdamW } from "./adamw.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { type Compute, threadedCompute } from "./embedded/compute.ts";
import { shareWeights } from "./embedded/share-weights.ts";
import { checkLab, type LabBar, type LabCheck, labBars } from "./lab-check.ts";
import { demonstrateLab, type LabDemonstration } from "./lab-demonstration.ts";
import { Learner, type StepEvent } from "./lab-learner.ts";
import { LAB_SFT_RECIPE, type LabSftRecipe } from "./lab-recipe.ts";
import { modelCard } from "./model-card.ts";

export interface LabSftOptions {
  /** Directory of the checkpoint and, in the end, of the model. */
  out: string;
  seed?: number;
  /** Stop, with a checkpoint, after this long; the schedule follows steps, so a resumed run ends the same. */
  minutes?: number;
  /** Go on from the checkpoint in `out`. */
  resume?: boolean;
  recipe?: LabSftRecipe;
  checkpointEvery?: number;
  /** Problems to check the finished model on; 0 for none. */
  checkProblems?: number;
  /** Where steps are computed. Default: a thread for each core. */
  compute?: Compute;
  abortSignal?: AbortSignal;
}

export type LabSftEvent =
  | { type: "start"; step: number; steps: number; parameters: number }
  | StepEvent
  | { type: "checkpoint"; step: number; path: string }
  /** The finished model measured; the model directory with its card is written by then. */
  | { type: "check"; check: LabCheck; bars: LabBar[]; demonstration: LabDemonstration }
  /** `finished` is false when time ran out; the model directory is written only when it is true. */
  | { type: "end"; step: number; finished: boolean; weights: Weights };

/**
 * Teach a fresh policy its domain by demonstration: to work five parts of a problem and guess the rest, to
 * ignore references under the synthesis prompt, and to aggregate them under its own instruction. Coordination
 * is what reinforcement learning teaches afterwards.
 *
 * The same seed and recipe give the same weights on the same machine and executor, resumed or not.
 * @throws If `resume` finds a checkpoint of another seed or recipe.
 */
export async function* trainLabSft(options: LabSftOptions): AsyncGenerator<LabSftEvent> {
  const { out, seed = 1, minutes = Number.POSITIVE_INFINITY, abortSignal } = options;
  const { checkpointEvery = 200, checkProblems = 512 } = options;
  const recipe = options.recipe ?? LAB_SFT_RECIPE;
  const path = join(out, "checkpoint.safetensors");
  const { weights, optimizer } = await startState(path, seed, recipe, options.resume ?? false);
  const compute = options.compute ?? threadedCompute();
  const learner = new Learner(compute, recipe, seed, shareWeights(weights), optimizer);
  const save = () => saveCheckpoint(path, { weights, optimizer, seed, recipe: JSON.stringify(recipe) });
  const deadline = performance.now() + minutes * 60_000;
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  yield { type: "start", step: optimizer.step, steps: recipe.steps, parameters };
  try {
    while (optimizer.step < recipe.steps && performance.now() < deadline) {
      abortSignal?.throwIfAborted();
      yield await learner.step();
      if (optimizer.step % checkpointEvery === 0) {
        await save();
        yield { type: "checkpoint", step: optimizer.step, path };
      }
    }
    await save();
    yield { type: "checkpoint", step: optimizer.step, path };
    const finished = optimizer.step >= recipe.steps;
    if (finished) {
      const model = { config: recipe.model, weights, tokenizer: createTokenizer() };
      await savePretrained(out, model);
      if (checkProblems > 0) yield await measure(out, recipe, seed, model, checkProblems);
    }
    yield { type: "end", step: optimizer.step, finished, weights };
  } finally {
    if (!options.compute) await compute.dispose();
  }
}

async function measure(
  out: string,
  recipe: LabSftRecipe,
  seed: number,
  model: Pretrained,
  problems: number,
): Promise<LabSftEvent> {
  const sampler = new Sampler(await createPolicy(model));
  const options = { tokenizer: model.tokenizer, sampler };
  const check = await checkLab({ ...options, problems });
  const demonstration = await demonstrateLab({ ...options, problems: Math.ceil(problems / 4) });
  await writeAtomically(join(out, "README.md"), modelCard(recipe, seed, check, demonstration));
  return { type: "check", check, bars: labBars(check), demonstration };
}

async function startState(path: string, seed: number, recipe: LabSftRecipe, resume: boolean) {
  const found = resume ? await loadCheckpoint(path) : undefined;
  if (!found) {
    const weights = initialWeights(recipe.model, createRandom(mixSeed(seed, 0x11)));
    return { weights, optimizer: createAdamW([...weights.values()].map(floatData)) };
  }
  if (found.seed !== seed || found.recipe !== JSON.stringify(recipe)) {
    throw new Error(`${path} is of another seed or recipe (seed ${found.seed}); name another directory.`);
  }
  return found;
}
