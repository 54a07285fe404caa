import { createExecutor, type Executor } from "../../src/embedded/engine/executor.ts";
import { createPolicy, type Policy } from "../../src/embedded/policy.ts";
import { createRandom } from "../../src/embedded/random.ts";
import { createTokenizer, VOCABULARY } from "../../src/embedded/tokenizer.ts";
import { initialWeights, type LlamaConfig } from "../../src/embedded/weights.ts";

/** A Llama small enough for finite differences. */
export const TINY: LlamaConfig = {
  vocabSize: 11,
  hiddenSize: 8,
  layers: 2,
  heads: 2,
  intermediateSize: 12,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
};

/** The same with the real vocabulary. */
export const TINY_SPEAKER: LlamaConfig = { ...TINY, vocabSize: VOCABULARY.length, hiddenSize: 16 };

/** Untrained, but with sharp opinions, so that samples differ from seed to seed and end now and then. */
export function tinyWeights(config: LlamaConfig, seed = 1) {
  const weights = initialWeights(config, createRandom(seed));
  const embedding = weights.get("model.embed_tokens.weight");
  if (embedding) embedding.data = embedding.data.map((value) => value * 5) as Float32Array;
  return weights;
}

export async function tinyPolicy(kind: Executor["kind"], seed = 1): Promise<Policy> {
  return createPolicy({
    config: TINY_SPEAKER,
    weights: tinyWeights(TINY_SPEAKER, seed),
    tokenizer: createTokenizer(),
    executor: await createExecutor({ kind, threads: 1 }),
  });
}
