import { writeAtomically } from "../../embedded/atomic-file.ts";
import { floatData } from "../../embedded/engine/host-tensor.ts";
import { type Pretrained, toHuggingFaceConfig } from "../../embedded/pretrained.ts";
import type { Tokenizer } from "../../embedded/tokenizer.ts";
import { headSize, type LlamaConfig, parameterList, parameterShapes } from "../../embedded/weights.ts";
import { CHAT_TEMPLATE } from "./chat-template.ts";
import { type GgufTensor, type GgufValue, ggufChunks } from "./gguf-format.ts";
import { interleaveRows } from "./interleave-rows.ts";

/** Write a model as llama.cpp loads it: one file with weights (float32), sizes, tokenizer and chat template. */
export async function exportGguf(model: Pretrained, path: string, name = "pacore embedded"): Promise<void> {
  const metadata: Record<string, GgufValue> = {
    "general.architecture": ["string", "llama"],
    "general.name": ["string", name],
    // Everything is F32.
    "general.file_type": ["uint32", 0],
    ...sizes(model.config),
    ...tokens(model.tokenizer),
    "tokenizer.chat_template": ["string", CHAT_TEMPLATE],
  };
  await writeAtomically(path, ggufChunks(metadata, ggufTensors(model)));
}

function sizes(config: LlamaConfig): Record<string, GgufValue> {
  const { max_position_embeddings: positions } = toHuggingFaceConfig(config);
  return {
    "llama.vocab_size": ["uint32", config.vocabSize],
    "llama.context_length": ["uint32", positions],
    "llama.embedding_length": ["uint32", config.hiddenSize],
    "llama.block_count": ["uint32", config.layers],
    "llama.feed_forward_length": ["uint32", config.intermediateSize],
    "llama.attention.head_count": ["uint32", config.heads],
    "llama.attention.head_count_kv": ["uint32", config.heads],
    "llama.attention.layer_norm_rms_epsilon": ["float32", config.rmsNormEps],
    "llama.rope.dimension_count": ["uint32", headSize(config)],
    "llama.rope.freq_base": ["float32", config.ropeTheta],
  };
}

/** Token types of llama.cpp. */
const CONTROL = 3;
const USER_DEFINED = 4;

/**
 * Every piece is a "user-defined" token: llama.cpp cuts those out of a text before its own algorithm (BPE, here
 * without merges) sees it, and writes them as they are. It cuts the longest of all first, wherever it stands,
 * where we take the longest at the leftmost place; for the prompts the policy reads that is the same. Text without a
 * token is lost there without a word.
 */
function tokens({ vocabulary, end }: Tokenizer): Record<string, GgufValue> {
  return {
    // "no_vocab" would abort the process that asks for a token's text.
    "tokenizer.ggml.model": ["string", "gpt2"],
    "tokenizer.ggml.pre": ["string", "default"],
    "tokenizer.ggml.tokens": ["strings", vocabulary],
    "tokenizer.ggml.token_type": ["int32s", vocabulary.map((_, id) => (id === end ? CONTROL : USER_DEFINED))],
    "tokenizer.ggml.merges": ["strings", []],
    // Never added; its default would be some piece of text.
    "tokenizer.ggml.bos_token_id": ["uint32", end],
    "tokenizer.ggml.eos_token_id": ["uint32", end],
    "tokenizer.ggml.padding_token_id": ["uint32", end],
    "tokenizer.ggml.add_bos_token": ["bool", false],
    "tokenizer.ggml.add_eos_token": ["bool", false],
  };
}

/** What Hugging Face's names of a layer's parameters are in llama.cpp. */
const LAYER_NAMES: Record<string, string> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/** Without an output matrix: where there is none, llama.cpp takes the embedding. */
function ggufTensors({ config, weights }: Pretrained): GgufTensor[] {
  const list = parameterList(config, weights);
  return parameterShapes(config).map(([name, shape], index) => {
    const data = () => floatData(list[index]);
    if (!/[qk]_proj/.test(name)) return { name: ggufName(name), shape, data };
    return {
      name: ggufName(name),
      shape,
      data: () => interleaveRows(data(), config.heads, headSize(config)),
    };
  });
}

function ggufName(name: string): string {
  const [, layer, part = ""] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  if (layer !== undefined) return `blk.${layer}.${LAYER_NAMES[part]}.weight`;
  return name === "model.norm.weight" ? "output_norm.weight" : "token_embd.weight";
}
