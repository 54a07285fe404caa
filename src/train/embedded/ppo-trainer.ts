import { readQuestion } from "../../embedded/question.ts";
import { mixSeed } from "../../embedded/random.ts";
import { MAX_NEW_TOKENS } from "../../embedded/sampler.ts";
import type { Tokenizer } from "../../embedded/tokenizer.ts";
import { parameterList, type Weights } from "../../embedded/weights.ts";
import { InvalidOptionError } from "../../errors.ts";
import type { Outcome, SynthesisEnvironment } from "../environment.ts";
import { type Instance, withMessages } from "../instance.ts";
import type { IterationMetrics } from "../metrics/iteration-metrics.ts";
import type { PoolMessage } from "../pool/pool-entry.ts";
import { type Recipe, scheduledRates } from "../recipe.ts";
import type { ActorCritic } from "./actor-critic.ts";
import type { Compute } from "./compute.ts";
import { checkFinite } from "./finite.ts";
import { iterationMetrics } from "./iteration-summary.ts";
import { packGroup } from "./pack-group.ts";
import { PhaseClock } from "./phase-clock.ts";
import { batchTargets, type GroupTargets, type RewardedGroup } from "./ppo-batch.ts";
import { checkLearner, criticStep, groupValues, policyStep } from "./ppo-update.ts";
import type { SampledResponse } from "./sample-groups.ts";

/** An instance, what was sampled for it, and what that earned. */
export interface Episode extends RewardedGroup {
  instance: Instance;
  texts: string[];
  outcomes: Outcome[];
}

/** Prompts that are decoded together. Fixed: results must not depend on how many threads there are. */
const TOGETHER = 8;

export interface TrainerOptions {
  compute: Compute;
  tokenizer: Tokenizer;
  recipe: Recipe;
  learner: ActorCritic;
  /** The policy the run began with, for divergences. */
  start: Weights;
}

/** Strictly on-policy PPO on the synthesis step (§2.2): sample, reward, advantage, one step, again. */
export class PpoTrainer {
  readonly #options: TrainerOptions;
  /** A group of the last iteration. */
  #last: GroupTargets | undefined;

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  /**
   * One iteration.
   * @param at Counted from 1: over the run, and within its stage, which has `of` iterations.
   */
  async iterate(
    environment: SynthesisEnvironment,
    at: { iteration: number; stage: number; stageIteration: number; of: number },
  ): Promise<IterationMetrics> {
    const { recipe } = this.#options;
    const clock = new PhaseClock();
    const instances = await this.#instances(environment, at.iteration, clock);
    clock.enter("sampling");
    const sampled = await this.sample(
      instances.map(({ prompt }) => prompt),
      recipe.responses,
      at.iteration,
    );
    clock.enter("scoring");
    const episodes = await this.#episodes(environment, instances, sampled);
    environment.forget();
    clock.enter("advantages");
    const batch = batchTargets(episodes, await groupValues(this.#options, episodes), recipe);
    this.#last = batch[0];
    const rates = scheduledRates(recipe, at);
    clock.enter("critic");
    // Neither needs the other: where one has too few tasks left for all threads, the other's are next.
    const [critic, policy] = await Promise.all([
      this.#criticSteps(batch, rates.value).finally(() => clock.enter("policy")),
      at.iteration > recipe.criticWarmupIterations
        ? policyStep(this.#options, batch, rates.policy)
        : undefined,
    ]);
    clock.enter("other");
    const measure = environment.options.measure;
    const summary = { ...at, recipe, rates, episodes, batch, policy, critic, ...(measure && { measure }) };
    const metrics = iterationMetrics(summary);
    return { ...metrics, seconds: clock.seconds() };
  }

  async #criticSteps(batch: readonly GroupTargets[], learningRate: number) {
    let last = { loss: Number.NaN, gradientNorm: Number.NaN };
    for (let step = 0; step < this.#options.recipe.criticSteps; step++)
      last = await criticStep(this.#options, batch, learningRate);
    return last;
  }

  /**
   * Responses to every prompt from the current policy; none is longer than what the served model may say.
   * @throws {NonFiniteError}
   */
  async sample(prompts: readonly string[], rows: number, ...seeds: number[]): Promise<SampledResponse[][]> {
    const { learner, tokenizer, recipe, compute } = this.#options;
    const { config, policy } = learner;
    const common = {
      config,
      parameters: parameterList(config, policy),
      rows,
      maxTokens: Math.min(recipe.maxResponseTokens, MAX_NEW_TOKENS),
      endToken: tokenizer.end,
    };
    const parts = [];
    for (let from = 0; from < prompts.length; from += TOGETHER) {
      const tokens = prompts.slice(from, from + TOGETHER).map((prompt) => this.#tokens(prompt));
      const seed = mixSeed(recipe.seed, 0x99, ...seeds, from);
      parts.push(compute.run("sample", { ...common, prompts: tokens, seed }));
    }
    const sampled = (await Promise.all(parts)).flat();
    const drawn = sampled.flatMap((responses) => responses.map(({ logProbabilities }) => logProbabilities));
    checkFinite("The policy's probabilities", drawn);
    return sampled;
  }

  /**
   * Look whether policy and critic came out of the last iteration able to learn on.
   * @throws {NonFiniteError}
   */
  async check(): Promise<void> {
    if (this.#last) await checkLearner(this.#options, this.#last);
  }

  text({ tokens }: SampledResponse): string {
    return this.#options.tokenizer.decode(tokens);
  }

  #tokens(prompt: string): number[] {
    // As the embedded model reads them: of a conclusion of another form it is given the digits it names.
    const tokens = this.#options.tokenizer.encode(readQuestion(prompt) ?? prompt);
    if (tokens) return tokens;
    throw new InvalidOptionError(
      "pool",
      `the embedded model has no tokens for ${JSON.stringify(prompt.slice(0, 80))}…`,
    );
  }

  /** The batch's instances; with an online pool their messages come from the current policy. */
  async #instances(
    environment: SynthesisEnvironment,
    iteration: number,
    clock: PhaseClock,
  ): Promise<Instance[]> {
    const drawn = environment.draw(iteration);
    if (!this.#options.recipe.onlinePool) return drawn;
    clock.enter("sampling");
    const most = Math.max(1, ...drawn.map(({ messages }) => messages.length));
    const alone = drawn.map(({ entry }) => withMessages(entry, []));
    const first = await this.sample(
      alone.map(({ prompt }) => prompt),
      most,
      iteration,
      0x0c,
    );
    clock.enter("scoring");
    const fresh = await Promise.all(
      alone.map((instance, index) => this.#messages(environment, instance, first[index] ?? [])),
    );
    return drawn.map(({ entry, messages }, index) =>
      withMessages(entry, (fresh[index] as PoolMessage[]).slice(0, messages.length)),
    );
  }

  async #messages(environment: SynthesisEnvironment, instance: Instance, responses: SampledResponse[]) {
    const outcomes = await Promise.all(
      responses.map((response) =>
        environment.score(instance, { text: this.text(response), cutOff: response.cutOff }),
      ),
    );
    // What a message is worth as a reference is whether it is right, however its sample ended.
    const judged = outcomes.map(async ({ message, reward }, index) => {
      if (message === null) return [];
      if (!responses[index]?.cutOff) return [{ text: message, score: reward }];
      const again = await environment.score(instance, { text: message, cutOff: false });
      return [{ text: message, score: again.reward }];
    });
    return (await Promise.all(judged)).flat();
  }

  #episodes(
    environment: SynthesisEnvironment,
    instances: readonly Instance[],
    sampled: readonly SampledResponse[][],
  ): Promise<Episode[]> {
    const { config } = this.#options.learner;
    return Promise.all(
      instances.map(async (instance, index) => {
        const responses = sampled[index] as SampledResponse[];
        const texts = responses.map((response) => this.text(response));
        const outcomes = await Promise.all(
          responses.map(({ cutOff }, row) =>
            environment.score(instance, { text: texts[row] as string, cutOff }),
          ),
        );
        const tokens = responses.map(({ tokens }) => tokens);
        return {
          instance,
          texts,
          outcomes,
          responses,
          rewards: outcomes.map(({ reward }) => reward),
          solo: instance.messages.length === 0,
          packed: packGroup(config, this.#tokens(instance.prompt), tokens),
        };
      }),
    );
  }
}
