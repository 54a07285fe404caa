import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { writeAtomically } from "../../embedded/atomic-file.ts";
import { floatData, floats, type HostTensor } from "../../embedded/engine/host-tensor.ts";
import { readSafetensors, writeSafetensors } from "../../embedded/safetensors.ts";
import type { Weights } from "../../embedded/weights.ts";
import { PacoreError } from "../../errors.ts";
import { type AdamWState, createAdamW } from "../adamw.ts";
import type { ActorCritic } from "./actor-critic.ts";

/** Where a stage is. Seeds follow from the iteration, so it is the random state and the position in the data too. */
export interface Progress {
  stage: number;
  /** Iterations of this stage that are done. */
  iteration: number;
  /** The recipe, as JSON, and the digest of the pool: a stage goes on with its own only. */
  fingerprint: string;
  /** Of the evaluations so far, the best, and when. */
  best: { iteration: number; score: number } | null;
}

type State = Omit<ActorCritic, "config">;

/** Write everything a stage needs to go on as if it had never stopped, atomically. */
export async function saveTrainingState(path: string, state: State, progress: Progress): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  const add = (role: string, weights: Weights, optimizer: AdamWState) => {
    for (const [index, [name, tensor]] of [...weights].entries()) {
      tensors.set(`${role}.${name}`, tensor);
      tensors.set(`${role}.adamw.first.${name}`, floats(tensor.shape, optimizer.first[index]));
      tensors.set(`${role}.adamw.second.${name}`, floats(tensor.shape, optimizer.second[index]));
    }
  };
  add("policy", state.policy, state.policyOptimizer);
  add("critic", state.critic, state.criticOptimizer);
  const steps = { policy: state.policyOptimizer.step, critic: state.criticOptimizer.step };
  await writeAtomically(
    path,
    writeSafetensors(tensors, { progress: JSON.stringify(progress), steps: JSON.stringify(steps) }),
  );
}

/** @returns `undefined` if there is no such file. @throws {PacoreError} if it is damaged. */
export async function loadTrainingState(
  path: string,
): Promise<{ state: State; progress: Progress } | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const { tensors, metadata } = readSafetensors(await readFile(path));
    const steps = JSON.parse(metadata.steps as string) as { policy: number; critic: number };
    const policy = role(tensors, "policy", steps.policy);
    const critic = role(tensors, "critic", steps.critic);
    return {
      state: {
        policy: policy.weights,
        critic: critic.weights,
        policyOptimizer: policy.optimizer,
        criticOptimizer: critic.optimizer,
      },
      progress: JSON.parse(metadata.progress as string) as Progress,
    };
  } catch (cause) {
    throw new PacoreError(`${path} is damaged or no training state; move it away to start the stage again.`, {
      cause,
    });
  }
}

function role(tensors: Weights, name: string, step: number) {
  const own = [...tensors].filter(([key]) => key.startsWith(`${name}.`) && !key.startsWith(`${name}.adamw.`));
  const weights: Weights = new Map(own.map(([key, tensor]) => [key.slice(name.length + 1), tensor]));
  const optimizer = createAdamW([...weights.values()].map(floatData));
  const moments = (kind: string) =>
    [...weights.keys()].map((key) => floatData(tensors.get(`${name}.adamw.${kind}.${key}`)));
  return { weights, optimizer: { ...optimizer, step, first: moments("first"), second: moments("second") } };
}
