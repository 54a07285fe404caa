/**
 * The embedded training engine: tokens per CPU-second of a training step and of sampling, what two threads gain over
 * one, and, over whole PPO iterations, the time outside the engine and the growth of memory.
 *
 *   node bench/train.ts                     the engine's speed, against PyTorch's as it was measured on one thread
 *   node bench/train.ts --iterations 500    the same, then memory over that many small PPO iterations
 */
import { parseArgs } from "node:util";
import { worklistProblems } from "../src/data/worklists.ts";
import { floats, integers } from "../src/embedded/engine/host-tensor.ts";
import { loadPretrained } from "../src/embedded/pretrained.ts";
import { createRandom } from "../src/embedded/random.ts";
import { initialWeights, type LlamaConfig, parameterCount, parameterList } from "../src/embedded/weights.ts";
import { formatConclusion, parseWorklist, scoreWorklist } from "../src/embedded/worklist.ts";
import { adamwStep, createAdamW } from "../src/train/adamw.ts";
import { createActorCritic } from "../src/train/embedded/actor-critic.ts";
import { type Compute, threadedCompute } from "../src/train/embedded/compute.ts";
import { PpoTrainer } from "../src/train/embedded/ppo-trainer.ts";
import { shareWeights } from "../src/train/embedded/share-weights.ts";
import { SynthesisEnvironment } from "../src/train/environment.ts";
import { simulatedMessage } from "../src/train/lab-data.ts";
import { LAB_RECIPE } from "../src/train/recipe.ts";

/** Tokens per CPU-second of PyTorch on one thread, V = 64: the recorded baselines, the lower end of each range. */
const SIZES = [
  { name: "0.2M", hiddenSize: 64, layers: 4, heads: 4, intermediateSize: 192, train: 16_600, sample: 5800 },
  { name: "0.9M", hiddenSize: 128, layers: 4, heads: 4, intermediateSize: 384, train: 6400, sample: 2800 },
];

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function measure(work: () => Promise<number>, repeats: number) {
  await work();
  const [cpu, wall] = [cpuSeconds(), performance.now()];
  let tokens = 0;
  for (let i = 0; i < repeats; i++) tokens += await work();
  const [cpuUsed, wallUsed] = [cpuSeconds() - cpu, (performance.now() - wall) / 1000];
  return { perCpu: tokens / cpuUsed, perSecond: tokens / wallUsed };
}

function configOf({ hiddenSize, layers, heads, intermediateSize }: (typeof SIZES)[number]): LlamaConfig {
  return { vocabSize: 64, hiddenSize, layers, heads, intermediateSize, ropeTheta: 10_000, rmsNormEps: 1e-5 };
}

/** One optimizer step on 32 rows of 128 tokens: forward, PPO's loss, backward, AdamW. */
async function trainingStep(compute: Compute, config: LlamaConfig): Promise<() => Promise<number>> {
  const random = createRandom(1);
  const weights = initialWeights(config, random);
  const parameters = parameterList(config, weights);
  const arrays = parameters.map(({ data }) => data as Float32Array);
  const optimizer = createAdamW(arrays);
  const [rows, length, prefixLength] = [32, 128, 16];
  const tokens = () =>
    integers(
      [rows * length],
      Int32Array.from({ length: rows * length }, () => random.integer(64)),
    );
  const filled = (shape: number[], value: () => number) =>
    floats(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b) }, value));
  const size = config.hiddenSize / config.heads;
  const flat = [rows * length];
  const task = {
    config,
    parameters,
    shape: { rows, length, prefixLength },
    inputs: [
      integers([prefixLength]),
      floats([prefixLength]),
      tokens(),
      filled([length, 1, size], random.uniform),
      filled([length, 1, size], random.uniform),
    ],
    rows: [
      tokens(),
      filled(flat, () => 1 / (rows * length)),
      filled(flat, random.normal),
      filled(flat, () => -4),
    ],
    options: { clip: 0.2, entropy: 0.01 },
  };
  return async () => {
    const { gradients } = await compute.run("policy", task);
    adamwStep(
      arrays,
      gradients.map(({ data }) => data as Float32Array),
      optimizer,
      { learningRate: 1e-4 },
    );
    return rows * length;
  };
}

/** 256 rows, 16 prompts of 150 tokens, 60 new tokens each. */
function sampling(compute: Compute, config: LlamaConfig): () => Promise<number> {
  const random = createRandom(2);
  const parameters = parameterList(config, initialWeights(config, random));
  const prompts = Array.from({ length: 16 }, () => Array.from({ length: 150 }, () => random.integer(64)));
  return async () => {
    const half = (from: number) =>
      compute.run("sample", {
        config,
        parameters,
        prompts: prompts.slice(from, from + 8),
        rows: 16,
        maxTokens: 60,
        endToken: -1,
        seed: from,
      });
    const groups = (await Promise.all([half(0), half(8)])).flat(2);
    return groups.reduce((sum, { tokens }) => sum + tokens.length, 0);
  };
}

async function engineSpeed(): Promise<void> {
  for (const size of SIZES) {
    const config = configOf(size);
    const compute = threadedCompute({ threads: 1 });
    const train = await measure(await trainingStep(compute, config), 10);
    const sample = await measure(sampling(compute, config), 2);
    await compute.dispose();
    const line = (what: string, { perCpu }: { perCpu: number }, baseline: number, bar: number) =>
      console.log(
        `${size.name} (${parameterCount(config)} parameters) ${what}: ${perCpu.toFixed(0)} tokens/CPU-s, ${(perCpu / baseline).toFixed(2)} × PyTorch's recorded ${baseline} (bar ${bar})`,
      );
    line("train", train, size.train, 0.8);
    line("sample", sample, size.sample, 0.6);
  }
}

async function trainerOn(threads: number, over: Partial<typeof LAB_RECIPE> = {}) {
  const pretrained = await loadPretrained();
  const recipe = { ...LAB_RECIPE, messagesMin: 16, ...over };
  const compute = threadedCompute({ threads });
  const learner = createActorCritic(pretrained.config, pretrained.weights);
  for (const weights of [learner.policy, learner.critic, pretrained.weights]) shareWeights(weights);
  const trainer = new PpoTrainer({
    compute,
    tokenizer: pretrained.tokenizer,
    recipe,
    learner,
    start: pretrained.weights,
  });
  const random = createRandom(3);
  const entries = worklistProblems({ count: 64, seed: 9 }).map((problem) => ({
    problem,
    messages: Array.from({ length: 24 }, () => {
      const text = formatConclusion(simulatedMessage(parseWorklist(problem.prompt as string) ?? [], random));
      return { text, score: scoreWorklist(problem.prompt as string, text) };
    }),
  }));
  const score = async (problem: { prompt: unknown }, message: string) =>
    scoreWorklist(problem.prompt as string, message);
  const environment = new SynthesisEnvironment({ ...recipe, entries, score });
  const iterate = (iteration: number) =>
    trainer.iterate(environment, { iteration, stage: 1, stageIteration: iteration, of: 1000 });
  return { iterate, compute };
}

/** Seconds an iteration takes once programs are compiled, on one thread and on two, in turns. */
async function scaling(): Promise<void> {
  const one = await trainerOn(1);
  const two = await trainerOn(2);
  const seconds: [number[], number[]] = [[], []];
  let [outside, total] = [0, 0];
  for (let iteration = 1; iteration <= 8; iteration++) {
    for (const [index, { iterate }] of [one, two].entries()) {
      const { seconds: spent } = await iterate(iteration);
      if (iteration <= 3) continue;
      (seconds[index] as number[]).push(spent.total);
      outside += spent.scoring + spent.other;
      total += spent.total;
    }
  }
  const median = (values: number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
  const [first, second] = seconds.map(median) as [number, number];
  console.log(
    `PPO iteration, 16 × 16 responses: ${first.toFixed(2)} s on one thread, ${second.toFixed(2)} s on two: ${(first / second).toFixed(2)} × (bar 1.7)`,
  );
  console.log(
    `outside the engine (environment, rewards, metrics): ${((100 * outside) / total).toFixed(2)} % (bar 5 %)`,
  );
  await Promise.all([one.compute.dispose(), two.compute.dispose()]);
}

async function memory(iterations: number): Promise<void> {
  const { iterate, compute } = await trainerOn(2, {
    instances: 4,
    responses: 4,
    soloInstances: 1,
    messagesMax: 16,
  });
  const megabytes = () => process.memoryUsage().rss / 1e6;
  const readings: number[] = [];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    await iterate(iteration);
    if (iteration % Math.max(1, Math.floor(iterations / 10)) === 0) readings.push(megabytes());
  }
  console.log(
    `RSS over ${iterations} iterations, MB: ${readings.map((value) => value.toFixed(0)).join(" ")}`,
  );
  await compute.dispose();
}

const { values } = parseArgs({ options: { iterations: { type: "string" } } });
await engineSpeed();
await scaling();
if (values.iterations) await memory(Number(values.iterations));
