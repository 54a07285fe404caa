import { decodeGraph, decodeInputs, type LaneShape, prefillGraph } from "./decode.ts";
import { createExecutor, type Executor, type Program } from "./engine/executor.ts";
import { floatData, floats, type HostTensor, integers } from "./engine/host-tensor.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { type LlamaConfig, parameterList, type Weights } from "./weights.ts";

/** Padded prompt lengths; a program is compiled for each that occurs. */
const PROMPT_LENGTHS = [64, 128, 256, 384, 512, 704, 1024];

/** What reading a prompt leaves: all its samples start from it. */
export interface PromptState {
  length: number;
  /** Length of the keys and values, padding included. */
  paddedLength: number;
  /** `[V]`, for the first token. */
  logits: Float32Array;
  /** `[1, H, P, headSize]` a layer. */
  keys: HostTensor[];
  values: HostTensor[];
}

/** A model ready to sample: weights, tokens, and programs compiled as their shapes come up. */
export interface Policy {
  readonly config: LlamaConfig;
  readonly tokenizer: Tokenizer;
  prefill(tokens: readonly number[]): Promise<PromptState>;
  /** The program of a decoding step; see `decodeGraph` for its inputs and outputs. */
  decoder(shape: LaneShape): Promise<Program>;
  dispose(): Promise<void>;
}

interface PolicyOptions {
  config: LlamaConfig;
  weights: Weights;
  tokenizer: Tokenizer;
  executor?: Executor;
}

export async function createPolicy({ config, weights, tokenizer, executor }: PolicyOptions): Promise<Policy> {
  const runner = executor ?? (await createExecutor());
  const constants = parameterList(config, weights);
  const programs = new Map<string, Promise<Program>>();

  function compiled(key: string, compile: () => Promise<Program>): Promise<Program> {
    let program = programs.get(key);
    if (!program) {
      program = compile();
      programs.set(key, program);
    }
    return program;
  }

  async function prefill(tokens: readonly number[]): Promise<PromptState> {
    const length = tokens.length;
    const paddedLength = PROMPT_LENGTHS.find((size) => size >= length);
    if (!paddedLength) throw new RangeError(`The prompt has ${length} tokens; the limit is 1024.`);
    const [ids, last] = [integers([1, paddedLength]), floats([1, paddedLength])];
    ids.data.set(tokens);
    last.data[length - 1] = 1;
    const program = await compiled(`prefill ${paddedLength}`, () =>
      runner.compile(prefillGraph(config), { constants, inputs: [ids, last] }),
    );
    const [logits, ...cache] = await program.run([ids, last]);
    return {
      length,
      paddedLength,
      logits: floatData(logits),
      keys: cache.slice(0, config.layers),
      values: cache.slice(config.layers),
    };
  }

  return {
    config,
    tokenizer,
    prefill,
    decoder: (shape) =>
      compiled(`decode ${Object.values(shape).join()}`, () => {
        const inputs = Object.values(decodeInputs(config, shape)).flat();
        return runner.compile(decodeGraph(config, shape), { constants, inputs });
      }),
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}
