import { floatData, type HostTensor } from "../../embedded/engine/host-tensor.ts";
import { parameterList, type Weights } from "../../embedded/weights.ts";
import { type AdamWOptions, type AdamWState, adamwStep } from "../adamw.ts";
import type { Recipe } from "../recipe.ts";
import { type ActorCritic, criticParameters } from "./actor-critic.ts";
import type { Compute } from "./compute.ts";
import type { Gradient } from "./compute-tasks.ts";
import { checkFinite, checkTensors } from "./finite.ts";
import { GradientSum } from "./gradient-sum.ts";
import { largestFirst } from "./largest-first.ts";
import { type PackedGroup, padRows, unpadRows } from "./pack-group.ts";
import { type GroupTargets, scaledWeights } from "./ppo-batch.ts";

export interface StepContext {
  learner: ActorCritic;
  compute: Compute;
  recipe: Recipe;
  /** The policy that the run began with. */
  start: Weights;
}

/**
 * V of every response token, one array a response, for every group.
 * @throws {NonFiniteError}
 */
export function groupValues(
  { learner, compute }: Pick<StepContext, "learner" | "compute">,
  groups: readonly { packed: PackedGroup }[],
): Promise<Float32Array[][]> {
  const { config, critic } = learner;
  const parameters = criticParameters(config, critic);
  return largestFirst(
    groups,
    ({ packed }) => packed,
    async ({ packed }) => {
      const { shape, inputs } = packed;
      const values = unpadRows(packed, await compute.run("values", { config, parameters, shape, inputs }));
      checkFinite("The critic's values", values);
      return values;
    },
  );
}

/** What a policy step was like; per token, one array a response, in the groups' order. */
export interface PolicyStep {
  loss: number;
  gradientNorm: number;
  /** π / π_sampled before the step. */
  ratios: Float64Array[];
  entropies: Float32Array[];
  /** KL(π ‖ π_start), of the groups for which it was computed. */
  divergences: Float32Array[];
}

/** One gradient step of the policy on the whole batch: strictly on-policy, each batch is used once (§2.2). */
export async function policyStep(
  context: StepContext,
  batch: readonly GroupTargets[],
  learningRate: number,
): Promise<PolicyStep> {
  const { config, policy, policyOptimizer } = context.learner;
  const parameters = parameterList(config, policy);
  const sum = new GradientSum(parameters);
  const found = await largestFirst(batch, packedOf, (targets, index) =>
    policyGradient(context, targets, index === 0),
  );
  for (const { gradients } of found) sum.add(gradients);
  const loss = total(found);
  checkFinite("The policy's losses", [[loss]]);
  const options = adamOptions(context.recipe, learningRate);
  const gradientNorm = optimize("policy", policy, parameters, sum, policyOptimizer, options);
  const step: PolicyStep = { loss, gradientNorm, ratios: [], entropies: [], divergences: [] };
  for (const [index, targets] of batch.entries()) addFigures(step, targets, found[index] as PolicyGradient);
  return step;
}

type PolicyGradient = Gradient & { kl: boolean };

async function policyGradient(
  { learner, compute, recipe, start }: StepContext,
  targets: GroupTargets,
  first: boolean,
): Promise<PolicyGradient> {
  const { config, policy } = learner;
  const { packed, responses, solo } = targets.group;
  const klWeight = solo ? recipe.soloKl : recipe.kl;
  // Where the start is no part of the loss, the first group alone is measured against it.
  const kl = klWeight > 0 || first;
  const old = responses.map(({ logProbabilities }) => logProbabilities);
  const rows = [
    packed.targets,
    scaledWeights(targets, 1),
    padRows(packed, targets.advantages),
    padRows(packed, old),
  ];
  const gradient = await compute.run("policy", {
    config,
    parameters: parameterList(config, policy),
    shape: packed.shape,
    inputs: packed.inputs,
    rows: kl ? [...rows, scaledWeights(targets, klWeight)] : rows,
    options: { clip: recipe.clip, entropy: recipe.entropyBonus },
    start: kl ? parameterList(config, start) : undefined,
  });
  return { ...gradient, kl };
}

function addFigures(step: PolicyStep, { group }: GroupTargets, { perToken, kl }: PolicyGradient): void {
  const { packed, responses } = group;
  const [logs, entropies, divergences] = perToken.map((flat) => unpadRows(packed, flat)) as [
    Float32Array[],
    Float32Array[],
    Float32Array[],
  ];
  for (const [row, fresh] of logs.entries()) {
    const before = (responses[row] as { logProbabilities: number[] }).logProbabilities;
    step.ratios.push(Float64Array.from(fresh, (log, i) => Math.exp(log - (before[i] as number))));
  }
  step.entropies.push(...entropies);
  if (kl) step.divergences.push(...divergences);
}

/** One gradient step of the critic on the whole batch. @returns Its loss, and the gradient's norm. */
export async function criticStep(
  context: StepContext,
  batch: readonly GroupTargets[],
  learningRate: number,
): Promise<{ loss: number; gradientNorm: number }> {
  const { config, critic, criticOptimizer } = context.learner;
  const parameters = criticParameters(config, critic);
  const sum = new GradientSum(parameters);
  const found = await largestFirst(batch, packedOf, (targets) => criticGradient(context, targets));
  for (const { gradients } of found) sum.add(gradients);
  const loss = total(found);
  checkFinite("The critic's losses", [[loss]]);
  const options = adamOptions(context.recipe, learningRate);
  return { loss, gradientNorm: optimize("critic", critic, parameters, sum, criticOptimizer, options) };
}

function criticGradient({ learner, compute, recipe }: StepContext, targets: GroupTargets): Promise<Gradient> {
  const { config, critic } = learner;
  const { packed } = targets.group;
  const { shape, inputs } = packed;
  const parameters = criticParameters(config, critic);
  const rows = [scaledWeights(targets, 1), padRows(packed, targets.returns), padRows(packed, targets.values)];
  return compute.run("critic", { config, parameters, shape, inputs, rows, clip: recipe.valueClip });
}

/**
 * Whether policy and critic can still learn from a group: a step can leave weights that are finite and yet too large to
 * compute with, and such a model must not replace the checkpoint before it.
 * @throws {NonFiniteError}
 */
export async function checkLearner(context: StepContext, targets: GroupTargets): Promise<void> {
  const { policy, critic } = context.learner;
  const policyFound = await policyGradient(context, targets, true);
  checkTensors("The policy's gradients", policy.keys(), policyFound.gradients.map(floatData));
  const criticFound = await criticGradient(context, targets);
  checkTensors("The critic's gradients", critic.keys(), criticFound.gradients.map(floatData));
}

/**
 * One step, with nothing that is not finite before it or after it.
 * @returns The gradient's norm before clipping.
 */
function optimize(
  role: "policy" | "critic",
  weights: Weights,
  parameters: readonly HostTensor[],
  { arrays: gradients }: GradientSum,
  state: AdamWState,
  options: AdamWOptions,
): number {
  const arrays = parameters.map(floatData);
  checkTensors(`The ${role}'s gradients`, weights.keys(), gradients);
  const isMatrix = (index: number) => (parameters[index] as HostTensor).shape.length > 1;
  const norm = adamwStep(arrays, gradients, state, options, isMatrix);
  checkTensors(`After its step the ${role}'s weights`, weights.keys(), arrays);
  return norm;
}

const packedOf = ({ group }: GroupTargets) => group.packed;
const total = (found: readonly Gradient[]) => found.reduce((sum, { loss }) => sum + loss, 0);

function adamOptions(recipe: Recipe, learningRate: number) {
  return {
    learningRate,
    beta1: recipe.adamBeta1,
    beta2: recipe.adamBeta2,
    epsilon: recipe.adamEpsilon,
    weightDecay: recipe.weightDecay,
    maxNorm: recipe.maxGradientNorm,
  };
}
