import type { Executor, Program } from "../embedded/engine/executor.ts";
import { floatData, type HostTensor } from "../embedded/engine/host-tensor.ts";
import { createRandom, mixSeed } from "../embedded/random.ts";
import { createTokenizer } from "../embedded/tokenizer.ts";
import { parameterList, type Weights } from "../embedded/weights.ts";
import { type AdamWState, adamwStep } from "./adamw.ts";
import { packBatch } from "./batch.ts";
import { crossEntropyGradient } from "./cross-entropy.ts";
import { type LabSkill, type Lesson, planLessons } from "./lab-curriculum.ts";
import { type LabSftRecipe, scheduledRate } from "./lab-recipe.ts";

/** What one optimizer step was like. */
export interface StepEvent {
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

/** What steps need between them: compiled programs, one for each shape of batch, and the optimizer's state. */
export function createLearner(
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

  async function step(): Promise<StepEvent> {
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
