import { join } from "node:path";
import { createExecutor, type Executor, type Program } from "../embedded/engine/executor.ts";
import { floatData, type HostTensor } from "../embedded/engine/host-tensor.ts";
import { savePretrained } from "../embedded/pretrained.ts";
import { createRandom, mixSeed } from "../embedded/random.ts";
import { createTokenizer, VOCABULARY } from "../embedded/tokenizer.ts";
import { initialWeights, type LlamaConfig, parameterList, type Weights } from "../embedded/weights.ts";
import { type AdamWState, adamwStep, createAdamW } from "./adamw.ts";
import { packBatch } from "./batch.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { crossEntropyGradient } from "./cross-entropy.ts";
import { type LabSkill, type Lesson, planLessons } from "./lab-curriculum.ts";

/** Everything that decides the weights, the seed aside. */
export interface LabSftRecipe {
  model: LlamaConfig;
  steps: number;
  /** The first steps learn lists of a few parts, all worked: what takes longest to be understood is cheap there. */
  shortSteps: number;
  /** Steps before synthesis and aggregation join; until then the rows are short. */
  soloSteps: number;
  learningRate: number;
  warmupSteps: number;
}

export const LAB_SFT_RECIPE: LabSftRecipe = {
  model: {
    vocabSize: VOCABULARY.length,
    hiddenSize: 128,
    layers: 3,
    heads: 4,
    intermediateSize: 320,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
  },
  steps: 2000,
  shortSteps: 300,
  soloSteps: 450,
  learningRate: 2e-3,
  warmupSteps: 50,
};

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
  executor?: Executor;
  abortSignal?: AbortSignal;
}

export type LabSftEvent =
  | { type: "start"; step: number; steps: number; parameters: number; executor: Executor["kind"] }
  | {
      type: "step";
      step: number;
      steps: number;
      /** Mean negative log-likelihood a response token, for the skills of this step. */
      loss: Partial<Record<LabSkill, number>>;
      learningRate: number;
      gradientNorm: number;
      /** Tokens this step, prompts and padding included, and its time. */
      tokens: number;
      seconds: number;
    }
  | { type: "checkpoint"; step: number; path: string }
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
  const { out, seed = 0, minutes = Number.POSITIVE_INFINITY, checkpointEvery = 200, abortSignal } = options;
  const recipe = options.recipe ?? LAB_SFT_RECIPE;
  const path = join(out, "checkpoint.safetensors");
  const executor = options.executor ?? (await createExecutor());
  const { weights, optimizer } = await startState(path, seed, recipe, options.resume ?? false);
  const learn = createLearner(executor, recipe, weights, optimizer, seed);
  const save = () => saveCheckpoint(path, { weights, optimizer, seed, recipe: JSON.stringify(recipe) });
  const deadline = performance.now() + minutes * 60_000;
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  yield { type: "start", step: optimizer.step, steps: recipe.steps, parameters, executor: executor.kind };
  try {
    while (optimizer.step < recipe.steps && performance.now() < deadline) {
      abortSignal?.throwIfAborted();
      yield await learn.step();
      if (optimizer.step % checkpointEvery === 0) {
        await save();
        yield { type: "checkpoint", step: optimizer.step, path };
      }
    }
    await save();
    yield { type: "checkpoint", step: optimizer.step, path };
    const finished = optimizer.step >= recipe.steps;
    if (finished) await savePretrained(out, { config: recipe.model, weights, tokenizer: createTokenizer() });
    yield { type: "end", step: optimizer.step, finished, weights };
  } finally {
    await learn.dispose();
  }
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

/** Linear warm-up, then a cosine to zero. */
function scheduledRate({ learningRate, warmupSteps, steps }: LabSftRecipe, step: number): number {
  const warm = Math.min(1, (step + 1) / warmupSteps);
  return learningRate * warm * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
}

function createLearner(
  executor: Executor,
  recipe: LabSftRecipe,
  weights: Weights,
  optimizer: AdamWState,
  seed: number,
) {
  const tokenizer = createTokenizer();
  const parameters = parameterList(recipe.model, weights);
  const arrays = parameters.map(floatData);
  const programs = new Map<string, Promise<Program>>();

  function program(batch: readonly HostTensor[]): Promise<Program> {
    const key = (batch[0] as HostTensor).shape.join();
    let found = programs.get(key);
    if (!found) {
      const graph = crossEntropyGradient(recipe.model, executor.kind === "wasm" ? "one-hot" : "gather");
      found = executor.compile(graph, { inputs: [...parameters, ...batch] });
      programs.set(key, found);
    }
    return found;
  }

  /** Add a lesson's gradients to `sum`; returns its loss and tokens. */
  async function study({ demonstrations, length, weight }: Lesson, sum: Float32Array[]) {
    const { ids, targets, weights: mask } = packBatch(tokenizer, demonstrations, length);
    const batch = [ids, targets, mask];
    const [loss, ...gradients] = await (await program(batch)).run([...parameters, ...batch]);
    for (const [index, gradient] of gradients.entries()) {
      const total = sum[index] as Float32Array;
      const data = floatData(gradient);
      for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + weight * (data[i] as number);
    }
    return { loss: floatData(loss)[0] as number, tokens: ids.data.length };
  }

  async function step(): Promise<LabSftEvent> {
    const started = performance.now();
    const random = createRandom(mixSeed(seed, 0x22, optimizer.step));
    const learningRate = scheduledRate(recipe, optimizer.step);
    const sum = arrays.map(({ length }) => new Float32Array(length));
    const loss: Partial<Record<LabSkill, number>> = {};
    let tokens = 0;
    for (const lesson of planLessons(optimizer.step, recipe.shortSteps, recipe.soloSteps, random)) {
      const studied = await study(lesson, sum);
      loss[lesson.skill] = studied.loss;
      tokens += studied.tokens;
    }
    const isMatrix = (index: number) => (parameters[index] as HostTensor).shape.length > 1;
    const gradientNorm = adamwStep(arrays, sum, optimizer, { learningRate }, isMatrix);
    const seconds = (performance.now() - started) / 1000;
    return {
      type: "step",
      step: optimizer.step,
      steps: recipe.steps,
      loss,
      learningRate,
      gradientNorm,
      tokens,
      seconds,
    };
  }

  const dispose = async () => {
    for (const compiled of programs.values()) await (await compiled).dispose();
  };
  return { step, dispose };
}
