import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "./atomic-file.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";
import type { LlamaConfig, Weights } from "./weights.ts";

/** The weights that ship with the package; right from `src/embedded` and from `dist/embedded`. */
const SHIPPED_MODEL = new URL("../../models/embedded/", import.meta.url);

/** A model directory's `config.json`, in Hugging Face's terms. */
interface HuggingFaceConfig {
  vocab_size: number;
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  intermediate_size: number;
  rope_theta: number;
  rms_norm_eps: number;
}

export interface Pretrained {
  config: LlamaConfig;
  weights: Weights;
  tokenizer: Tokenizer;
}

/** Our sizes as a Hugging Face `config.json`. */
export function toHuggingFaceConfig(config: LlamaConfig): HuggingFaceConfig & Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.heads,
    intermediate_size: config.intermediateSize,
    hidden_act: "silu",
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.rmsNormEps,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    eos_token_id: 0,
    torch_dtype: "float32",
  };
}

function fromHuggingFaceConfig(json: HuggingFaceConfig): LlamaConfig {
  return {
    vocabSize: json.vocab_size,
    hiddenSize: json.hidden_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    intermediateSize: json.intermediate_size,
    ropeTheta: json.rope_theta,
    rmsNormEps: json.rms_norm_eps,
  };
}

/**
 * Read a model directory: `config.json`, `model.safetensors`, `vocabulary.json`.
 * @throws If a file is missing or damaged.
 */
export async function loadPretrained(directory: URL = SHIPPED_MODEL): Promise<Pretrained> {
  const read = (name: string) => readFile(new URL(name, directory));
  const [config, model, vocabulary] = await Promise.all(
    ["config.json", "model.safetensors", "vocabulary.json"].map(read),
  );
  return {
    config: fromHuggingFaceConfig(JSON.parse(String(config)) as HuggingFaceConfig),
    weights: readSafetensors(model as Buffer).tensors,
    tokenizer: createTokenizer(JSON.parse(String(vocabulary)) as string[]),
  };
}

/** Write a model directory that `loadPretrained` reads. */
export async function savePretrained(directory: string, model: Pretrained): Promise<void> {
  const { config, weights, tokenizer } = model;
  await mkdir(directory, { recursive: true });
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await writeAtomically(join(directory, "config.json"), json(toHuggingFaceConfig(config)));
  await writeAtomically(join(directory, "vocabulary.json"), json(tokenizer.vocabulary));
  await writeAtomically(join(directory, "model.safetensors"), writeSafetensors(weights, { format: "pt" }));
}
