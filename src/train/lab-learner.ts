import { floatData, type HostTensor } from "../embedded/engine/host-tensor.ts";
import { createRandom, mixSeed } from "../embedded/random.ts";
import { createTokenizer } from "../embedded/tokenizer.ts";
import { parameterList, type Weights } from "../embedded/weights.ts";
import { type AdamWState, adamwStep } from "./adamw.ts";
import { packBatch } from "./batch.ts";
import type { Compute } from "./embedded/compute.ts";
import { GradientSum } from "./embedded/gradient-sum.ts";
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

/** What steps have in common: where they are computed, weights and optimizer. */
export class Learner {
  readonly #compute: Compute;
  readonly #recipe: LabSftRecipe;
  readonly #seed: number;
  readonly #optimizer: AdamWState;
  readonly #parameters: HostTensor[];
  readonly #tokenizer = createTokenizer();

  /** `weights` and `optimizer` are changed in place. */
  constructor(compute: Compute, recipe: LabSftRecipe, seed: number, weights: Weights, optimizer: AdamWState) {
    this.#compute = compute;
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
    const sum = new GradientSum(this.#parameters);
    const loss: StepEvent["loss"] = {};
    let tokens = 0;
    const lessons = planLessons(optimizer.step, recipe.shortSteps, recipe.soloSteps, random);
    for (const studied of await Promise.all(lessons.map((lesson) => this.#study(lesson)))) {
      sum.add(studied.gradients, studied.weight);
      loss[studied.skill] = studied.loss;
      tokens += studied.tokens;
    }
    const isMatrix = (index: number) => (this.#parameters[index] as HostTensor).shape.length > 1;
    const gradientNorm = adamwStep(arrays, sum.arrays, optimizer, { learningRate }, isMatrix);
    const seconds = (performance.now() - started) / 1000;
    const { step } = optimizer;
    return { type: "step", step, steps: recipe.steps, loss, learningRate, gradientNorm, tokens, seconds };
  }

  /** A lesson's loss, gradients and tokens. */
  async #study({ skill, demonstrations, length, weight }: Lesson) {
    const { ids, targets, weights } = packBatch(this.#tokenizer, demonstrations, length);
    const { loss, gradients } = await this.#compute.run("crossEntropy", {
      config: this.#recipe.model,
      parameters: this.#parameters,
      batch: [ids, targets, weights],
    });
    return { skill, weight, loss, gradients, tokens: ids.data.length };
  }
}
