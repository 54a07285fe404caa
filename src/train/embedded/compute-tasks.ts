import { floatData, type HostTensor } from "../../embedded/engine/host-tensor.ts";
import type { LlamaConfig } from "../../embedded/weights.ts";
import { crossEntropyGradient } from "../cross-entropy.ts";
import type { GroupShape } from "./group-forward.ts";
import { logProbabilitiesGraph, type PolicyLossOptions, policyLossGraph } from "./policy-loss.ts";
import type { ProgramCache } from "./program-cache.ts";
import { type SampledResponse, type SampleGroupsOptions, sampleGroups } from "./sample-groups.ts";
import { valueLossGraph, valuesGraph } from "./value-loss.ts";

/** What every task over a group is given: plain data, which can cross to another thread. */
interface GroupTask {
  config: LlamaConfig;
  /** In program order. */
  parameters: readonly HostTensor[];
  shape: GroupShape;
  /** prefix, prefixMask, ids, cos, sin. */
  inputs: readonly HostTensor[];
}

export interface PolicyTask extends GroupTask {
  /** targets, weights, advantages, oldLogProbabilities, and klWeights with `start`. */
  rows: readonly HostTensor[];
  options: Omit<PolicyLossOptions, "kl">;
  /** Parameters of the policy that divergences are measured from; none are measured without. */
  start?: readonly HostTensor[] | undefined;
}

export interface CriticTask extends GroupTask {
  /** weights, returns, oldValues. */
  rows: readonly HostTensor[];
  clip: number | null;
}

export interface Gradient {
  loss: number;
  /** Per token, `[N·R]`; see the loss for what they are. */
  perToken: Float32Array[];
  gradients: HostTensor[];
}

/** Programs differ by model and shape; what is fixed in them beside that is added. */
const keyOf = (config: LlamaConfig, shape: GroupShape) => [config, shape].flatMap(Object.values).join();

async function gradientOf(outputs: HostTensor[], perToken: number): Promise<Gradient> {
  const [loss, ...rest] = outputs;
  return {
    loss: floatData(loss)[0] as number,
    perToken: rest.slice(0, perToken).map(floatData),
    gradients: rest.slice(perToken),
  };
}

/** The heavy work of training, each a function of its input alone, to be run in any thread. */
export const COMPUTE_TASKS = {
  sample: (
    programs: ProgramCache,
    input: Omit<SampleGroupsOptions, "programs">,
  ): Promise<SampledResponse[][]> => sampleGroups({ ...input, programs }),

  /** V of every token, `[N·R]`. */
  async values(
    programs: ProgramCache,
    { config, parameters, shape, inputs }: GroupTask,
  ): Promise<Float32Array> {
    const key = `values ${keyOf(config, shape)}`;
    const [values] = await programs.run(key, () => valuesGraph(config, shape), [...parameters, ...inputs]);
    return floatData(values);
  },

  /** Loss, log-probabilities, entropies and divergences, and the policy's gradient. */
  async policy(programs: ProgramCache, task: PolicyTask): Promise<Gradient> {
    const { config, parameters, shape, inputs, rows, start } = task;
    const all = [...parameters, ...inputs, ...rows];
    if (start) {
      const graph = () => logProbabilitiesGraph(config, shape);
      all.push(...(await programs.run(`start ${keyOf(config, shape)}`, graph, [...start, ...inputs])));
    }
    const options = { ...task.options, kl: start !== undefined };
    const key = `policy ${keyOf(config, shape)} ${JSON.stringify(options)}`;
    return gradientOf(await programs.run(key, () => policyLossGraph(config, shape, options), all), 3);
  },

  /** Loss and values, and the critic's gradient. */
  async critic(programs: ProgramCache, task: CriticTask): Promise<Gradient> {
    const { config, parameters, shape, inputs, rows, clip } = task;
    const key = `critic ${keyOf(config, shape)} ${clip}`;
    const graph = () => valueLossGraph(config, shape, clip);
    return gradientOf(await programs.run(key, graph, [...parameters, ...inputs, ...rows]), 1);
  },

  /** Next-token loss of a padded batch (ids, targets, weights, each `[B, T]`), and its gradient. */
  async crossEntropy(
    programs: ProgramCache,
    {
      config,
      parameters,
      batch,
    }: { config: LlamaConfig; parameters: readonly HostTensor[]; batch: HostTensor[] },
  ): Promise<Gradient> {
    const key = `cross-entropy ${[Object.values(config), batch[0]?.shape].join()}`;
    return gradientOf(
      await programs.run(key, () => crossEntropyGradient(config), [...parameters, ...batch]),
      0,
    );
  },
};

export type ComputeTasks = typeof COMPUTE_TASKS;
export type TaskName = keyof ComputeTasks;
export type TaskInput<N extends TaskName> = Parameters<ComputeTasks[N]>[1];
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<ComputeTasks[N]>>;
