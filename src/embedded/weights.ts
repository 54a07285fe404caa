import { elementCount, floats, type HostTensor } from "./engine/host-tensor.ts";
import type { Random } from "./random.ts";

/** Sizes of a Llama; the names are Hugging Face's. */
export interface LlamaConfig {
  vocabSize: number;
  hiddenSize: number;
  layers: number;
  heads: number;
  intermediateSize: number;
  ropeTheta: number;
  rmsNormEps: number;
}

/** Parameters by their Hugging Face names; matrices are [out, in]. */
export type Weights = Map<string, HostTensor>;

export function headSize({ hiddenSize, heads }: LlamaConfig): number {
  return hiddenSize / heads;
}

/** Name and shape of every parameter, in the order in which programs take them. */
export function parameterShapes(config: LlamaConfig): [name: string, shape: number[]][] {
  const { vocabSize, hiddenSize: d, intermediateSize: f } = config;
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const at = (name: string) => `model.layers.${layer}.${name}.weight`;
    return [
      [at("input_layernorm"), [d]],
      [at("self_attn.q_proj"), [d, d]],
      [at("self_attn.k_proj"), [d, d]],
      [at("self_attn.v_proj"), [d, d]],
      [at("self_attn.o_proj"), [d, d]],
      [at("post_attention_layernorm"), [d]],
      [at("mlp.gate_proj"), [f, d]],
      [at("mlp.up_proj"), [f, d]],
      [at("mlp.down_proj"), [d, f]],
    ] as [string, number[]][];
  });
  return [["model.embed_tokens.weight", [vocabSize, d]], ...layers.flat(), ["model.norm.weight", [d]]];
}

export function parameterCount(config: LlamaConfig): number {
  return parameterShapes(config).reduce((sum, [, shape]) => sum + elementCount(shape), 0);
}

/**
 * Fresh weights: norms 1, embeddings N(0, 0.05²), projections N(0, 0.25/fan-in), those that write to the
 * residual stream smaller by √(2·layers), so that its variance does not grow with depth.
 */
export function initialWeights(config: LlamaConfig, random: Random): Weights {
  const residual = 1 / Math.sqrt(2 * config.layers);
  return new Map(
    parameterShapes(config).map(([name, shape]) => {
      const tensor = floats(shape);
      if (shape.length === 1) return [name, { ...tensor, data: tensor.data.fill(1) }];
      const scale = name.includes("embed")
        ? 0.05
        : (0.5 / Math.sqrt(shape[1] as number)) * (/o_proj|down_proj/.test(name) ? residual : 1);
      return [name, { ...tensor, data: tensor.data.map(() => random.normal() * scale) as Float32Array }];
    }),
  );
}

/** The parameters in program order. @throws If one is missing or has another shape. */
export function parameterList(config: LlamaConfig, weights: Weights): HostTensor[] {
  return parameterShapes(config).map(([name, shape]) => {
    const tensor = weights.get(name);
    if (tensor?.shape.join() !== shape.join()) {
      throw new Error(
        `The weights have ${name} [${tensor?.shape ?? "missing"}]; the model needs [${shape}].`,
      );
    }
    return tensor;
  });
}
