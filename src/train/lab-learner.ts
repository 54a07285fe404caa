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

/** What steps have in common: compiled programs, one for each shape of batch, weights and optimizer. */
export class Learner {
  readonly #executor: Executor;
  readonly #recipe: LabSftRecipe;
  readonly #seed: number;
  readonly #optimizer: AdamWState;
  readonly #parameters: HostTensor[];
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #tokenizer = createTokenizer();

  /** `weights` and `optimizer` are changed in place. */
  constructor(
    executor: Executor,
    recipe: LabSftRecipe,
    seed: number,
    weights: Weights,
    optimizer: AdamWState,
  ) {
    this.#executor = executor;
    this.#recipe = recipe;
    this.#seed = seed;
    this.#optimizer = optimizer;
    this.#parameters = parameterList(recipe.model, weights);
  }

  /** One optimizer step on the lessons that the seed and the step's number draw. */
  async step(): Promise<StepEvent> {
    const started = performance.now();
    const [recipe, optimizer] = [this.#recipe, this.#optimizer];
    const random = createRandom(mixSeed(this.#seed, 0x22, optimizer.step));
    const learningRate = scheduledRate(recipe, optimizer.step);
    const arrays = this.#parameters.map(floatData);
    const sum = arrays.map(({ length }) => new Float32Array(length));
    const loss: StepEvent["loss"] = {};
    let tokens = 0;
    for (const lesson of planLessons(optimizer.step, recipe.shortSteps, recipe.soloSteps, random)) {
      const studied = await this.#study(lesson, sum);
      loss[lesson.skill] = studied.loss;
      tokens += studied.tokens;
    }
    const isMatrix = (index: number) => (this.#parameters[index] as HostTensor).shape.length > 1;
    const gradientNorm = adamwStep(arrays, sum, optimizer, { learningRate }, isMatrix);
    const seconds = (performance.now() - started) / 1000;
    const { step } = optimizer;
    return { type: "step", step, steps: recipe.steps, loss, learningRate, gradientNorm, tokens, seconds };
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).dispose();
  }

  /** Add a lesson's gradients to `sum`; returns its loss and tokens. */
  async #study({ demonstrations, length, weight }: Lesson, sum: Float32Array[]) {
    const { ids, targets, weights } = packBatch(this.#tokenizer, demonstrations, length);
    const batch = [ids, targets, weights];
    const [loss, ...gradients] = await (await this.#program(batch)).run([...this.#parameters, ...batch]);
    for (const [index, gradient] of gradients.entries()) {
      const total = sum[index] as Float32Array;
      const data = floatData(gradient);
      for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + weight * (data[i] as number);
    }
    return { loss: floatData(loss)[0] as number, tokens: ids.data.length };
  }

  #program(batch: readonly HostTensor[]): Promise<Program> {
    const key = (batch[0] as HostTensor).shape.join();
    let found = this.#programs.get(key);
    if (!found) {
      const graph = crossEntropyGradient(this.#recipe.model);
      found = this.#executor.compile(graph, { inputs: [...this.#parameters, ...batch] });
      this.#programs.set(key, found);
    }
    return found;
  }
}
