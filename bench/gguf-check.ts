/**
 * Whether llama.cpp computes what the embedded engine computes: a model directory is exported as GGUF, loaded by
 * node-llama-cpp, and the probabilities of all next tokens compared, at the end of solo and synthesis prompts of
 * work lists and after every token of an answer that the engine drew. The text must give the same tokens, too.
 *
 *   mkdir /tmp/llama && npm install --prefix /tmp/llama --no-save --ignore-scripts node-llama-cpp
 *   node bench/gguf-check.ts --from /tmp/llama [--model DIRECTORY] [--problems 6] [--most 1e-5]
 *
 * Exits with 1 if a probability is further off than `--most`. The key-value cache is F32; what llama.cpp's
 * default, F16, makes of it is printed beside, and judged not.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createPolicy, type Policy } from "../src/embedded/policy.ts";
import { loadPretrained } from "../src/embedded/pretrained.ts";
import { synthesisPrompt } from "../src/embedded/prompts.ts";
import { Sampler } from "../src/embedded/sampler.ts";
import { THINK_END } from "../src/embedded/tokenizer.ts";
import { sampleProblem } from "../src/embedded/worklist.ts";
import { exportGguf } from "../src/train/export/index.ts";

const { values: flags } = parseArgs({
  options: {
    from: { type: "string", default: "." },
    model: { type: "string" },
    problems: { type: "string", default: "6" },
    most: { type: "string", default: "1e-5" },
  },
});

/** Of node-llama-cpp, which is installed elsewhere, what is used here. */
interface LlamaModule {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
}
interface LlamaModel {
  tokenize(text: string): number[];
  detokenize(tokens: number[]): string;
  createContext(options: object): Promise<{ getSequence(): LlamaSequence }>;
}
interface LlamaSequence {
  clearHistory(): Promise<void>;
  controlledEvaluate(
    input: readonly [number, object][],
  ): Promise<({ next: { logits: Map<number, number> } } | undefined)[]>;
}

/** A prompt with an answer that the engine drew. */
interface Case {
  name: string;
  prompt: number[];
  text: string;
  answer: number[];
}

/** The engine's side: for every problem its plain prompt, and synthesis prompts over its own conclusions. */
async function drawCases(policy: Policy, problems: number): Promise<Case[]> {
  const { tokenizer } = policy;
  const sampler = new Sampler(policy);
  const draw = async (name: string, text: string, seed: number): Promise<Case> => {
    const prompt = tokenizer.encode(text);
    if (!prompt) throw new Error(`The vocabulary has no tokens for: ${text}`);
    const settings = { temperature: 1, topP: 1, topK: 0, maxTokens: Number.POSITIVE_INFINITY };
    const { tokens } = await sampler.sample({ ...settings, prompt, seed });
    return { name, prompt, text, answer: tokens };
  };
  const cases: Case[] = [];
  for (let seed = 0; seed < problems; seed++) {
    const problem = sampleProblem(seed);
    const alone = await Promise.all(
      Array.from({ length: 32 }, (_, k) => draw("solo", problem, 100 * seed + k)),
    );
    const messages = alone.map(({ answer }) => tokenizer.decode(answer).split(THINK_END)[1] ?? "");
    cases.push(alone[0] as Case);
    for (const width of [4, 16, 32]) {
      cases.push(
        await draw(`synthesis of ${width}`, synthesisPrompt(problem, messages.slice(0, width)), seed),
      );
    }
  }
  return cases;
}

async function loadLlama(path: string): Promise<LlamaModel> {
  const entry = createRequire(join(resolve(flags.from), "package.json")).resolve("node-llama-cpp");
  const { getLlama } = (await import(pathToFileURL(entry).href)) as LlamaModule;
  const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
  return llama.loadModel({ modelPath: path });
}

async function openSequence(model: LlamaModel, cache: "F32" | "F16"): Promise<LlamaSequence> {
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 1024,
    // More would wait for each other on a busy machine.
    threads: { ideal: 1, min: 1 },
    flashAttention: false,
    experimentalKvCacheKeyType: cache,
    experimentalKvCacheValueType: cache,
  });
  return context.getSequence();
}

/** The probabilities of all next tokens at the prompt's end and after every token of the answer. */
async function llamaProbabilities(sequence: LlamaSequence, { prompt, answer }: Case): Promise<number[][]> {
  await sequence.clearHistory();
  const wanted = { generateNext: { logits: true } };
  const input = [...prompt, ...answer].map((token, index): [number, object] => [
    token,
    index >= prompt.length - 1 ? wanted : {},
  ]);
  const outputs = await sequence.controlledEvaluate(input);
  return outputs.slice(prompt.length - 1).map((output) => {
    const logits = [...(output?.next.logits ?? [])].sort(([a], [b]) => a - b).map(([, logit]) => logit);
    return softmax(logits);
  });
}

async function engineProbabilities(policy: Policy, { prompt, answer }: Case): Promise<number[][]> {
  const rows: number[][] = [];
  for (let length = 0; length <= answer.length; length++) {
    const { logits } = await policy.prefill([...prompt, ...answer.slice(0, length)]);
    rows.push(softmax([...logits]));
  }
  return rows;
}

function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const masses = logits.map((logit) => Math.exp(logit - top));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

function largestDifference(ours: readonly number[][], theirs: readonly number[][]): number {
  const size = (rows: readonly number[][]) => rows.map(({ length }) => length).join();
  if (size(ours) !== size(theirs)) throw new Error("llama.cpp has another vocabulary, or other positions.");
  return Math.max(
    ...ours.flatMap((row, at) => row.map((p, id) => Math.abs(p - (theirs[at]?.[id] ?? Number.NaN)))),
  );
}

const folder = await mkdtemp(join(tmpdir(), "pacore-gguf-"));
try {
  const pretrained = await loadPretrained(flags.model);
  const path = join(folder, "model.gguf");
  await exportGguf(pretrained, path);
  const policy = await createPolicy(pretrained);
  const cases = await drawCases(policy, Number(flags.problems));
  const llama = await loadLlama(path);
  const [exact, half] = [await openSequence(llama, "F32"), await openSequence(llama, "F16")];
  let [worst, worstHalf, positions, otherTokens] = [0, 0, 0, 0];
  for (const one of cases) {
    const ours = await engineProbabilities(policy, one);
    const difference = largestDifference(ours, await llamaProbabilities(exact, one));
    const halfDifference = largestDifference(ours, await llamaProbabilities(half, one));
    const full = one.text + pretrained.tokenizer.decode(one.answer);
    const same =
      llama.tokenize(full).join() === [...one.prompt, ...one.answer].join() &&
      llama.detokenize([...one.prompt, ...one.answer]) === full;
    const figures = `${difference.toExponential(1)}  F16 cache ${halfDifference.toExponential(1)}`;
    console.log(`${one.name.padEnd(16)} ${one.prompt.length} + ${one.answer.length} tokens  ${figures}`);
    worst = Math.max(worst, difference);
    worstHalf = Math.max(worstHalf, halfDifference);
    positions += ours.length;
    if (!same) otherTokens++;
  }
  console.log(
    `${cases.length} prompts, ${positions} positions of ${pretrained.config.vocabSize} probabilities`,
  );
  console.log(`largest difference ${worst.toExponential(2)} (F16 cache ${worstHalf.toExponential(2)})`);
  console.log(`texts with other tokens: ${otherTokens}`);
  if (!(worst <= Number(flags.most)) || otherTokens > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
