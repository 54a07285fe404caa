import { floatData } from "../../src/embedded/engine/host-tensor.ts";
import { savePretrained } from "../../src/embedded/pretrained.ts";
import {
  referenceHeader,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
} from "../../src/embedded/prompts.ts";
import { createTokenizer, END, THINK_END, THINK_START } from "../../src/embedded/tokenizer.ts";
import type { Weights } from "../../src/embedded/weights.ts";
import { scriptedModel } from "../../src/testing/scripted-model.ts";
import type { Compute } from "../../src/train/embedded/compute.ts";
import { embeddedEngine } from "../../src/train/embedded/embedded-engine.ts";
import type { TrainingEngine } from "../../src/train/engine.ts";
import type { ScoreMessage } from "../../src/train/environment.ts";
import type { PoolEntry } from "../../src/train/pool/pool-entry.ts";
import { parseRecipe, type Recipe } from "../../src/train/recipe.ts";
import type { TrainOptions } from "../../src/train/train.ts";
import { TINY, tinyWeights } from "./tiny-policy.ts";

const DIGITS = [..."01234"];
const VOCABULARY = [
  END,
  THINK_START,
  THINK_END,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
  ...Array.from({ length: 15 }, (_, index) => referenceHeader(index + 2)),
  ...DIGITS,
];

/** A language of digits, in which a policy of a few thousand parameters learns in seconds. */
export const SMALL = { ...TINY, vocabSize: VOCABULARY.length, hiddenSize: 16, intermediateSize: 24 };

/**
 * Write an untrained policy that says digits and the end, hardly ever the words of a prompt: of its embeddings the
 * first element is larger for those, and the last norm makes much of it. `spoil` may change its weights further.
 */
export async function writeSmallTalk(
  directory: string,
  spoil: (weights: Weights) => void = () => {},
): Promise<string> {
  const weights = tinyWeights(SMALL, 3);
  const embedding = floatData(weights.get("model.embed_tokens.weight")).map((value) => value / 2);
  for (const [token, text] of VOCABULARY.entries())
    embedding[token * SMALL.hiddenSize] = text === END || DIGITS.includes(text) ? 1.2 : 0.4;
  floatData(weights.get("model.embed_tokens.weight")).set(embedding);
  floatData(weights.get("model.norm.weight"))[0] = 8;
  spoil(weights);
  await savePretrained(directory, { config: SMALL, weights, tokenizer: createTokenizer(VOCABULARY) });
  return directory;
}

/** "Say 3": the answer is the digit that stands in the problem. Of four messages one is right. */
export const smallTalkPool: PoolEntry[] = DIGITS.map((digit, d) => ({
  problem: { id: `say ${digit}`, prompt: digit, kind: "exact", answer: digit },
  messages: [0, 1, 2, 3].map((shift) => ({
    text: DIGITS[(d + shift) % DIGITS.length] as string,
    score: shift === 0 ? 1 : 0,
  })),
}));

/** The share of a message that is the digit asked for: something to be better at from the first iteration on. */
export const scoreSmallTalk: ScoreMessage = async ({ answer }, message) =>
  [...message].filter((digit) => digit === answer).length / Math.max(1, message.length);

export const smallTalkRecipe = (start: string, more: Partial<Recipe> = {}): Recipe =>
  parseRecipe({
    name: "small talk",
    start,
    instances: 4,
    responses: 16,
    messagesMin: 1,
    messagesMax: 3,
    maxResponseTokens: 6,
    soloInstances: 1,
    stage1Iterations: 5,
    stage2Iterations: 3,
    stage2Samples: 2,
    policyLearningRate: 1e-2,
    valueLearningRate: 1e-2,
    warmupIterations: 2,
    kl: 0.01,
    soloKl: 0.02,
    entropyBonus: 0.001,
    checkpointEvery: 2,
    evaluateEvery: 2,
    ...more,
  });

/** The real engine, but for measuring: as a served model the policy answers work lists alone. */
export function smallTalkEngine(compute: Compute): TrainingEngine {
  const model = scriptedModel(({ number, prompt }) =>
    number % 2 === 0 ? "9" : (/Problem:\\n(\d)/.exec(JSON.stringify(prompt))?.[1] ?? "9"),
  );
  return { ...embeddedEngine({ compute }), serve: async () => model };
}

export const smallTalk = (
  compute: Compute,
  { out, start, ...recipe }: { out: string; start: string } & Partial<Recipe>,
): TrainOptions => ({
  recipe: smallTalkRecipe(start, recipe),
  engine: smallTalkEngine(compute),
  pool: smallTalkPool,
  out,
  score: scoreSmallTalk,
  heldOut: [
    { id: "say 0 of 00", prompt: "00", kind: "exact", answer: "0" },
    { id: "say 4 of 44", prompt: "44", kind: "exact", answer: "4" },
  ],
});
