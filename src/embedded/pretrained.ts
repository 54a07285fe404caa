import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { writeAtomically } from "./atomic-file.ts";
import { ModelDirectoryError } from "./errors.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";
import { type LlamaConfig, parameterList, type Weights } from "./weights.ts";

/** The weights that ship with the package; right from `src/embedded` and from `dist/embedded`. */
export const SHIPPED_MODEL = fileURLToPath(new URL("../../models/embedded/", import.meta.url));

export interface Pretrained {
  config: LlamaConfig;
  weights: Weights;
  tokenizer: Tokenizer;
}

/** Our sizes as a Hugging Face `config.json`; `end` is the end token, the only special one. */
export function toHuggingFaceConfig(config: LlamaConfig, end = 0) {
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
    // Not left out: a Llama's defaults are 1 and 2.
    bos_token_id: null,
    eos_token_id: end,
    pad_token_id: end,
    torch_dtype: "float32",
  };
}

/**
 * Read a model directory, a path or a URL of this machine: `config.json`, `model.safetensors`,
 * `vocabulary.json`.
 * @throws {ModelDirectoryError} naming the file that is missing or damaged.
 */
export async function loadPretrained(directory: URL | string = SHIPPED_MODEL): Promise<Pretrained> {
  const folder = typeof directory === "string" ? directory : fileURLToPath(directory);
  // In turn: of several that are missing the first is named, whichever the system would miss first.
  const configFile = await readModelFile(folder, "config.json");
  const modelFile = await readModelFile(folder, "model.safetensors");
  const vocabularyFile = await readModelFile(folder, "vocabulary.json");
  const config = checked(folder, "config.json", () => readConfig(JSON.parse(String(configFile))));
  const tokenizer = checked(folder, "vocabulary.json", () =>
    createTokenizer(readVocabulary(JSON.parse(String(vocabularyFile)), config.vocabSize)),
  );
  const weights = checked(folder, "model.safetensors", () => {
    const { tensors } = readSafetensors(modelFile);
    parameterList(config, tensors);
    return tensors;
  });
  return { config, weights, tokenizer };
}

async function readModelFile(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const absent = code === "ENOENT" || code === "ENOTDIR";
    const problem = absent ? `there is no ${name}` : `${name} cannot be read (${code ?? cause})`;
    const advice = "A model directory holds config.json, model.safetensors and vocabulary.json.";
    throw new ModelDirectoryError(`${resolve(folder)}: ${problem}. ${advice}`, { cause });
  }
}

/** @throws {ModelDirectoryError} for whatever `read` throws. */
function checked<T>(folder: string, name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new ModelDirectoryError(`${resolve(folder, name)} cannot be used: ${problem}`, { cause });
  }
}

const SIZE = z.int().positive();

/** Of a Hugging Face `config.json` what decides the computation. */
const CONFIG = z
  .object({
    vocab_size: SIZE,
    hidden_size: SIZE,
    num_hidden_layers: SIZE,
    num_attention_heads: SIZE,
    num_key_value_heads: SIZE.optional(),
    intermediate_size: SIZE,
    rope_theta: z.number().positive(),
    rms_norm_eps: z.number().positive(),
    hidden_act: z.literal("silu").optional(),
    tie_word_embeddings: z.literal(true).optional(),
  })
  .refine((json) => (json.num_key_value_heads ?? json.num_attention_heads) === json.num_attention_heads, {
    error: "grouped-query attention is not supported",
  })
  .refine((json) => json.hidden_size % (2 * json.num_attention_heads) === 0, {
    error: "hidden_size must be a multiple of twice num_attention_heads",
  });

function readConfig(value: unknown): LlamaConfig {
  const json = CONFIG.parse(value);
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

function readVocabulary(value: unknown, size: number): string[] {
  const vocabulary = z.array(z.string().min(1)).parse(value);
  if (vocabulary.length !== size || new Set(vocabulary).size !== size) {
    throw new Error(`it must be ${size} different pieces of text (vocab_size of config.json)`);
  }
  return vocabulary;
}

/**
 * The first 16 hexadecimal digits of the SHA-256 of a model directory's weights: a directory's name stays when
 * training writes other weights into it.
 * @throws {ModelDirectoryError} if there are none.
 */
export async function weightsDigest(directory: string = SHIPPED_MODEL): Promise<string> {
  const weights = await readModelFile(directory, "model.safetensors");
  return createHash("sha256").update(weights).digest("hex").slice(0, 16);
}

/** Write a model directory that `loadPretrained` reads. */
export async function savePretrained(directory: string, model: Pretrained): Promise<void> {
  const { config, weights, tokenizer } = model;
  await mkdir(directory, { recursive: true });
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await writeAtomically(join(directory, "config.json"), json(toHuggingFaceConfig(config, tokenizer.end)));
  await writeAtomically(join(directory, "vocabulary.json"), json(tokenizer.vocabulary));
  await writeAtomically(join(directory, "model.safetensors"), writeSafetensors(weights, { format: "pt" }));
}
