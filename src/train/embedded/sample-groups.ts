import { decodeGraph, decodeInputs, type LaneShape, prefillGraph } from "../../embedded/decode.ts";
import { floatData, floats, type HostTensor, integers } from "../../embedded/engine/host-tensor.ts";
import { createRandom, mixSeed, type Random } from "../../embedded/random.ts";
import { rotaryTables } from "../../embedded/transformer.ts";
import { headSize, type LlamaConfig } from "../../embedded/weights.ts";
import { TokenDrawer } from "./draw-token.ts";
import type { ProgramCache } from "./program-cache.ts";

/** One response as it was drawn. */
export interface SampledResponse {
  /** The end token included, if there was one. */
  tokens: number[];
  /** log π of every token, under the model at temperature 1. */
  logProbabilities: number[];
  /** It met the limit instead of ending by itself. */
  cutOff: boolean;
}

export interface SampleGroupsOptions {
  config: LlamaConfig;
  /** In program order. */
  parameters: readonly HostTensor[];
  programs: ProgramCache;
  prompts: readonly (readonly number[])[];
  /** Responses to each prompt. */
  rows: number;
  maxTokens: number;
  endToken: number;
  /** Row r of prompt p draws from its own sequence of this seed. */
  seed: number;
}

const HIDDEN = -1e9;
/** Programs are compiled for prompt lengths in these steps: fewer pad more, more keep more memory. */
export const PROMPT_STEP = 64;

/** Smallest multiple of `step` that holds `length`. */
export const paddedTo = (length: number, step: number) => Math.max(1, Math.ceil(length / step)) * step;

/**
 * Draw `rows` responses to every prompt, all together: prompts are read once, and each step feeds one token of all
 * rows of all prompts, temperature 1, nothing truncated (§3.1).
 * @returns `[prompts][rows]`.
 */
export async function sampleGroups(options: SampleGroupsOptions): Promise<SampledResponse[][]> {
  const { prompts, rows, endToken, maxTokens, config } = options;
  const batch = await readPrompts(options);
  const drawers = prompts.flatMap((_, prompt) =>
    Array.from({ length: rows }, (_, row) => createRandom(mixSeed(options.seed, 0x77, prompt, row))),
  );
  const responses = drawers.map((): SampledResponse => ({ tokens: [], logProbabilities: [], cutOff: false }));
  const drawer = new TokenDrawer(config.vocabSize);
  const open = new Set(responses.keys());
  const take = (row: number, logits: Float32Array, from: number) => {
    const response = responses[row] as SampledResponse;
    const token = drawer.draw(logits, from, (drawers[row] as Random).uniform());
    response.tokens.push(token);
    response.logProbabilities.push(drawer.logProbability);
    if (token === endToken) open.delete(row);
    batch.ids.data[row] = token;
  };
  for (const row of open) take(row, batch.firstLogits, Math.floor(row / rows) * config.vocabSize);
  for (let step = 1; step < maxTokens && open.size > 0; step++) {
    const logits = await decodeStep(options, batch, step);
    for (const row of open) take(row, logits, row * config.vocabSize);
  }
  for (const row of open) (responses[row] as SampledResponse).cutOff = true;
  return prompts.map((_, prompt) => responses.slice(prompt * rows, (prompt + 1) * rows));
}

/** The inputs of a decoding step; the caches are filled in place. */
interface Batch {
  shape: LaneShape;
  lengths: number[];
  /** `[prompts · V]` */
  firstLogits: Float32Array;
  ids: HostTensor;
  cos: HostTensor;
  sin: HostTensor;
  promptMask: HostTensor;
  generatedMask: HostTensor;
  promptCaches: HostTensor[];
  generated: HostTensor[];
}

async function readPrompts(options: SampleGroupsOptions): Promise<Batch> {
  const { config, prompts, rows, maxTokens } = options;
  const lengths = prompts.map(({ length }) => length);
  const promptLength = paddedTo(Math.max(...lengths), PROMPT_STEP);
  const shape = { prompts: prompts.length, rows, promptLength, capacity: Math.max(1, maxTokens - 1) };
  const specs = decodeInputs(config, shape);
  const buffer = ({ shape }: { shape: readonly number[] }) => floats(shape);
  const promptMask = buffer(specs.promptMask);
  promptMask.data.fill(HIDDEN);
  const generatedMask = buffer(specs.generatedMask);
  generatedMask.data.fill(HIDDEN);
  const batch: Batch = {
    shape,
    lengths,
    firstLogits: new Float32Array(prompts.length * config.vocabSize),
    ids: integers(specs.ids.shape),
    cos: buffer(specs.cos),
    sin: buffer(specs.sin),
    promptMask,
    generatedMask,
    promptCaches: [...specs.promptKeys, ...specs.promptValues].map(buffer),
    generated: [...specs.generatedKeys, ...specs.generatedValues].map(buffer),
  };
  for (const [index, prompt] of prompts.entries()) await readPrompt(options, batch, index, prompt);
  return batch;
}

async function readPrompt(
  { config, parameters, programs }: SampleGroupsOptions,
  batch: Batch,
  index: number,
  prompt: readonly number[],
): Promise<void> {
  const { promptLength } = batch.shape;
  const [ids, last] = [integers([1, promptLength]), floats([1, promptLength])];
  ids.data.set(prompt);
  last.data[prompt.length - 1] = 1;
  const inputs = [...parameters, ids, last];
  const [logits, ...caches] = await programs.run(
    `prefill ${[...Object.values(config), promptLength]}`,
    () => prefillGraph(config),
    inputs,
  );
  batch.firstLogits.set(floatData(logits), index * config.vocabSize);
  for (const [tensor, cache] of caches.entries()) {
    const data = floatData(cache);
    floatData(batch.promptCaches[tensor]).set(data, index * data.length);
  }
  batch.promptMask.data.fill(0, index * promptLength, index * promptLength + prompt.length);
}

/** Feed the tokens in `ids`, the `step`-th of every row. @returns Logits `[rows, V]` of the next. */
async function decodeStep(
  { config, parameters, programs }: SampleGroupsOptions,
  batch: Batch,
  step: number,
): Promise<Float32Array> {
  const { shape, lengths, ids, cos, sin, promptMask, generatedMask, promptCaches, generated } = batch;
  const size = headSize(config);
  for (const [prompt, length] of lengths.entries()) {
    const tables = rotaryTables(config, [length + step - 1]);
    for (let row = prompt * shape.rows; row < (prompt + 1) * shape.rows; row++) {
      cos.data.set(tables.cos, row * size);
      sin.data.set(tables.sin, row * size);
    }
  }
  const inputs = [...parameters, ids, cos, sin, promptMask, generatedMask, ...promptCaches, ...generated];
  const key = `decode ${[config, shape].flatMap(Object.values)}`;
  const [logits, ...added] = await programs.run(key, () => decodeGraph(config, shape), inputs);
  remember(batch, added, step - 1, size);
  return floatData(logits);
}

/** Write every row's new keys and values, `[B, H, headSize]`, to place `at` of the caches. */
function remember(batch: Batch, added: readonly HostTensor[], at: number, size: number): void {
  const { capacity } = batch.shape;
  if (at >= capacity) return;
  for (const [tensor, cache] of batch.generated.entries()) {
    const from = floatData(added[tensor]);
    const into = floatData(cache);
    for (let row = 0; row * size < from.length; row++) {
      into.set(from.subarray(row * size, (row + 1) * size), (row * capacity + at) * size);
    }
  }
  const mask = batch.generatedMask.data;
  for (let row = at; row < mask.length; row += capacity) mask[row] = 0;
}
