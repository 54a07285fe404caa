import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readGguf } from "../../../test/support/read-gguf.ts";
import { referenceLogits } from "../../../test/support/reference-forward.ts";
import { TINY_SPEAKER, tinyWeights } from "../../../test/support/tiny-policy.ts";
import { createPolicy } from "../../embedded/policy.ts";
import type { Pretrained } from "../../embedded/pretrained.ts";
import { aggregationPrompt, auditPrompt, synthesisPrompt } from "../../embedded/prompts.ts";
import { createTokenizer, THINK_END, THINK_START, VOCABULARY } from "../../embedded/tokenizer.ts";
import { headSize, type LlamaConfig } from "../../embedded/weights.ts";
import { sampleProblem } from "../../embedded/worklist.ts";
import { exportGguf } from "./gguf.ts";
import { ggufChunks } from "./gguf-format.ts";
import { interleaveRows } from "./interleave-rows.ts";

/** Heads of eight rows, so that order within a head matters, and a base that is not the default. */
const MODEL: LlamaConfig = { ...TINY_SPEAKER, ropeTheta: 500 };

const model: Pretrained = { config: MODEL, weights: tinyWeights(MODEL, 3), tokenizer: createTokenizer() };

async function exported(of: Pretrained = model) {
  const folder = await mkdtemp(join(tmpdir(), "pacore-gguf-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await exportGguf(of, join(folder, "model.gguf"));
  expect(await readdir(folder)).toEqual(["model.gguf"]);
  return readGguf(await readFile(join(folder, "model.gguf")));
}

const dataOf = (name: string) => model.weights.get(name)?.data ?? [];

/** Parameters of a GGUF file by Hugging Face's names. */
function parametersOf({ tensors }: Awaited<ReturnType<typeof exported>>) {
  const names: Record<string, string> = {
    embed_tokens: "token_embd",
    norm: "output_norm",
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
  return (name: string) => {
    const [, layer, part = ""] = /^model\.(?:layers\.(\d+)\.)?(.+)\.weight$/.exec(name) ?? [];
    const tensor = tensors.get(`${layer === undefined ? "" : `blk.${layer}.`}${names[part]}.weight`);
    if (!tensor) throw new Error(`no ${name}`);
    return tensor.data;
  };
}

test("sizes and token ids are in the header", async () => {
  const { version, metadata } = await exported();
  expect(version).toBe(3);
  expect(metadata).toMatchObject({
    "general.architecture": "llama",
    "general.file_type": 0,
    "llama.vocab_size": MODEL.vocabSize,
    "llama.context_length": 1024,
    "llama.embedding_length": MODEL.hiddenSize,
    "llama.block_count": MODEL.layers,
    "llama.feed_forward_length": MODEL.intermediateSize,
    "llama.attention.head_count": MODEL.heads,
    "llama.attention.head_count_kv": MODEL.heads,
    "llama.attention.layer_norm_rms_epsilon": Math.fround(MODEL.rmsNormEps),
    "llama.rope.dimension_count": headSize(MODEL),
    "llama.rope.freq_base": 500,
    "tokenizer.ggml.tokens": VOCABULARY,
    "tokenizer.ggml.merges": [],
    "tokenizer.ggml.eos_token_id": 0,
    "tokenizer.ggml.add_bos_token": false,
  });
});

test("every tensor is there once, aligned, in float32, and the embedding stands for the output", async () => {
  const { tensors } = await exported();
  expect(tensors.size).toBe(model.weights.size);
  expect(tensors.has("output.weight")).toBe(false);
  for (const { type, offset } of tensors.values()) expect([type, offset % 32]).toEqual([0, 0]);
  expect(tensors.get("token_embd.weight")).toMatchObject({
    shape: [MODEL.vocabSize, MODEL.hiddenSize],
    data: dataOf("model.embed_tokens.weight"),
  });
  expect(tensors.get("blk.1.ffn_down.weight")).toMatchObject({
    shape: [MODEL.hiddenSize, MODEL.intermediateSize],
    data: dataOf("model.layers.1.mlp.down_proj.weight"),
  });
  expect(tensors.get("blk.0.attn_v.weight")?.data).toEqual(dataOf("model.layers.0.self_attn.v_proj.weight"));
});

test("rows of a head that are half a head apart become neighbours", () => {
  // Two heads of four rows of two columns; the number is the row.
  const rows = Float32Array.from({ length: 16 }, (_, i) => Math.floor(i / 2));
  const order = [0, 2, 1, 3, 4, 6, 5, 7];
  expect(interleaveRows(rows, 2, 4)).toEqual(Float32Array.from(order.flatMap((row) => [row, row])));
});

test("rotating neighbours of what is written gives what rotating halves of the weights gives", async () => {
  const parameters = parametersOf(await exported());
  const tokens = [1, 10, 20, 33, 4, 5, 6, 11, 2];
  const before = referenceLogits(MODEL, dataOf, tokens, "halves");
  const after = referenceLogits(MODEL, parameters, tokens, "neighbours");
  const gap = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));
  expect(gap(before, after)).toBeLessThan(1e-12);
  // Without the other order it would be another model.
  expect(gap(before, referenceLogits(MODEL, dataOf, tokens, "neighbours"))).toBeGreaterThan(0.01);
  const policy = await createPolicy(model);
  const { logits } = await policy.prefill(tokens);
  await policy.dispose();
  expect(gap(after, [...logits])).toBeLessThan(1e-4);
});

test("cut as llama.cpp cuts, longest piece first, the policy's prompts have our tokens", async () => {
  const { metadata } = await exported();
  const pieces = metadata["tokenizer.ggml.tokens"] as string[];
  const types = metadata["tokenizer.ggml.token_type"] as number[];
  expect(types).toEqual(VOCABULARY.map((_, id) => (id === 0 ? 3 : 4)));
  const order = pieces.map((text, id) => ({ text, id })).filter(({ id }) => types[id] === 4);
  order.sort((a, b) => Buffer.byteLength(b.text) - Buffer.byteLength(a.text));
  const cut = (text: string) => {
    let fragments: (string | number)[] = [text];
    for (const { text: piece, id } of order) {
      fragments = fragments.flatMap((fragment) =>
        typeof fragment === "number"
          ? [fragment]
          : fragment.split(piece).flatMap((part, index) => (index === 0 ? [part] : [id, part])),
      );
    }
    return fragments.filter((fragment) => fragment !== "");
  };
  for (let seed = 0; seed < 20; seed++) {
    const messages = Array.from({ length: 1 + 3 * seed }, (_, i) =>
      i % 5 === 4 ? "" : `A=${i % 10} B=${seed % 10} C=3 D=4 E=5 F=6`,
    );
    const problem = sampleProblem(seed);
    const answer = `${THINK_START}\nB: 3 ×3, 9 then +4, 3 then ×7 1 B=1${THINK_END}A=1 B=1`;
    const withReferences = [synthesisPrompt, auditPrompt].map((render) => render(problem, messages));
    for (const prompt of [problem, ...withReferences, aggregationPrompt(messages)]) {
      expect(cut(prompt + answer)).toEqual(model.tokenizer.encode(prompt + answer));
    }
  }
});

test("a tensor that does not fill its shape is refused", () => {
  const tensor = { name: "short", shape: [2, 2], data: () => new Float32Array(3) };
  expect(() => [...ggufChunks({}, [tensor])]).toThrow("short has 12 bytes, not [2,2]");
});

test("data of any size begins at a multiple of 32 bytes", () => {
  const sizes = [1, 8, 9];
  const tensors = sizes.map((size) => ({
    name: `t${size}`,
    shape: [size],
    data: () => new Float32Array(size).fill(size),
  }));
  for (const note of ["", "x".repeat(17)]) {
    const file = Buffer.concat([...ggufChunks({ note: ["string", note] }, tensors)]);
    expect(file.length % 32).toBe(0);
    const read = readGguf(file);
    expect(read.metadata).toEqual({ note });
    expect([...read.tensors.values()].map(({ data }) => data)).toEqual(tensors.map(({ data }) => data()));
  }
});
