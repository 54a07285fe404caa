import { floatData, floats, type HostTensor } from "../../embedded/engine/host-tensor.ts";
import { type LlamaConfig, parameterList, parameterShapes, type Weights } from "../../embedded/weights.ts";
import { type AdamWState, createAdamW } from "../adamw.ts";
import { VALUE_HEAD } from "./value-loss.ts";

/** All that learns: the policy and a critic of its own, each with its optimiser. Changed in place. */
export interface ActorCritic {
  config: LlamaConfig;
  policy: Weights;
  critic: Weights;
  policyOptimizer: AdamWState;
  criticOptimizer: AdamWState;
}

const copyOf = ({ shape, data }: HostTensor) => floats(shape, Float32Array.from(data));
const arraysOf = (weights: Weights) => [...weights.values()].map(floatData);

/** A critic with the policy's weights (§2.2's actor and critic start from one model) and a head that says 0. */
export function createActorCritic(config: LlamaConfig, start: Weights): ActorCritic {
  const names = parameterShapes(config).map(([name]) => name);
  const backbone = () => new Map(names.map((name) => [name, copyOf(start.get(name) as HostTensor)]));
  const policy = backbone();
  const critic = backbone();
  critic.set(VALUE_HEAD[0], floats([1, config.hiddenSize]));
  critic.set(VALUE_HEAD[1], floats([1]));
  return {
    config,
    policy,
    critic,
    policyOptimizer: createAdamW(arraysOf(policy)),
    criticOptimizer: createAdamW(arraysOf(critic)),
  };
}

/** The critic's parameters in program order. */
export function criticParameters(config: LlamaConfig, critic: Weights): HostTensor[] {
  return [...parameterList(config, critic), ...VALUE_HEAD.map((name) => critic.get(name) as HostTensor)];
}
