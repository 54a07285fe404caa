import { join } from "node:path";
import { writeAtomically } from "../../embedded/atomic-file.ts";
import { type Pretrained, savePretrained, toHuggingFaceConfig } from "../../embedded/pretrained.ts";
import { END } from "../../embedded/tokenizer.ts";
import { CHAT_TEMPLATE } from "./chat-template.ts";
import { tokenizerJson } from "./tokenizer-json.ts";

/**
 * Write a model as transformers and vLLM load it: weights, sizes, tokenizer, chat template, and how to sample.
 * It stays a model directory that `embedded:PATH` names.
 * @returns The paths written.
 */
export async function exportHuggingFace(model: Pretrained, directory: string): Promise<string[]> {
  await savePretrained(directory, model);
  const { end } = model.tokenizer;
  const { max_position_embeddings: positions } = toHuggingFaceConfig(model.config);
  const files = {
    "generation_config.json": {
      bos_token_id: null,
      eos_token_id: end,
      pad_token_id: end,
      do_sample: true,
      temperature: 1,
      top_p: 1,
      // Not left out: transformers would take the 50 most likely tokens, and stop after 20.
      top_k: 0,
      max_length: positions,
    },
    "tokenizer.json": tokenizerJson(model.tokenizer),
    "tokenizer_config.json": {
      tokenizer_class: "PreTrainedTokenizerFast",
      bos_token: null,
      eos_token: END,
      pad_token: END,
      unk_token: null,
      model_max_length: positions,
      clean_up_tokenization_spaces: false,
      chat_template: CHAT_TEMPLATE,
    },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeAtomically(join(directory, name), `${JSON.stringify(content, null, 2)}\n`);
  }
  const saved = ["config.json", "vocabulary.json", "model.safetensors"];
  return [...saved, ...Object.keys(files)].map((name) => join(directory, name));
}
