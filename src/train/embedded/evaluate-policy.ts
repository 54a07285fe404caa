import { compact } from "../../core/compact.ts";
import type { Problem } from "../../data/problem.ts";
import type { SynthesisEnvironment } from "../environment.ts";
import { type Instance, withMessages } from "../instance.ts";
import type { Estimate, EvaluationMetrics } from "../metrics/iteration-metrics.ts";
import type { PoolMessage } from "../pool/pool-entry.ts";
import type { PpoTrainer } from "./ppo-trainer.ts";
import type { SampledResponse } from "./sample-groups.ts";

/** Widths of the first round that are measured: its first 4, and all 16. */
const WIDTHS = [4, 16];
const FIRST_ROUND = 16;
/** Syntheses of each message set. */
const SYNTHESES = 2;
/** Prompts that are sampled together. */
const TOGETHER = 16;

export interface EvaluateOptions {
  trainer: PpoTrainer;
  environment: SynthesisEnvironment;
  problems: readonly Problem[];
  iteration: number;
  stage: number;
}

/**
 * Measure the policy on held-out problems, with a first round of its own: on cached messages a policy looks fine whose
 * own first round has lost all diversity. Problems, and their order, are the same at every evaluation.
 */
export async function evaluatePolicy(options: EvaluateOptions): Promise<EvaluationMetrics> {
  const { problems, iteration, stage } = options;
  const started = performance.now();
  const figures = new Map<string, number[]>();
  const note = (name: string, value: number) => figures.set(name, [...(figures.get(name) ?? []), value]);
  for (let from = 0; from < problems.length; from += TOGETHER) {
    await evaluateSome(options, problems.slice(from, from + TOGETHER), from, note);
  }
  return {
    iteration,
    stage,
    problems: problems.length,
    accuracy: Object.fromEntries([...figures].map(([name, values]) => [name, estimate(values)])),
    seconds: (performance.now() - started) / 1000,
  };
}

async function evaluateSome(
  options: EvaluateOptions,
  problems: readonly Problem[],
  from: number,
  note: (name: string, value: number) => void,
): Promise<void> {
  const entries = problems.map((problem) => ({ problem, messages: [] }));
  const alone = entries.map((entry) => withMessages(entry, []));
  const { messages: first, texts } = await draw(options, alone, FIRST_ROUND, [from, 1]);
  const { coverage } = options.environment.options;
  for (const [index, messages] of first.entries()) {
    const problem = problems[index] as Problem;
    if (coverage) note(`work covered @${FIRST_ROUND}`, coverage(problem, texts[index] as string[]));
    note("single", mean(messages.map(({ score }) => score ?? 0)));
    note(`coverage @${FIRST_ROUND}`, messages.some(({ score }) => score === 1) ? 1 : 0);
    note(`distinct @${FIRST_ROUND}`, new Set(messages.map(({ text }) => text)).size / FIRST_ROUND);
  }
  for (const width of WIDTHS) {
    const sets = first.map((messages) => messages.slice(0, width).filter(({ text }) => text !== ""));
    const instances = entries.map((entry, index) => withMessages(entry, sets[index] as PoolMessage[]));
    const answers = await draw(options, instances, SYNTHESES, [from, width]);
    for (const [index, syntheses] of answers.messages.entries()) {
      const value = mean(syntheses.map(({ score }) => score ?? 0));
      note(`[${width}]`, value);
      const read = sets[index] as PoolMessage[];
      if (read.length > 0 && read.every(({ score }) => score === 0)) note(`emergent [${width}]`, value);
    }
  }
}

/** Responses, their conclusions (`""` where there is none) and what those score. */
async function draw(
  { trainer, environment, iteration }: EvaluateOptions,
  instances: readonly Instance[],
  rows: number,
  seeds: readonly number[],
): Promise<{ texts: string[][]; messages: PoolMessage[][] }> {
  const prompts = instances.map(({ prompt }) => prompt);
  const sampled = await trainer.sample(prompts, rows, 0xe7a1, iteration, ...seeds);
  const texts = sampled.map((responses) => responses.map((response) => trainer.text(response)));
  const message = async (index: number, row: number): Promise<PoolMessage> => {
    const { problem } = (instances[index] as Instance).entry;
    const { cutOff } = (sampled[index] as SampledResponse[])[row] as SampledResponse;
    const content = [{ type: "text" as const, text: (texts[index] as string[])[row] as string }];
    const text = compact({ content, truncated: cutOff }) ?? "";
    return { text, score: text === "" ? 0 : await environment.options.score(problem, text) };
  };
  const messages = texts.map((some, index) => Promise.all(some.map((_, row) => message(index, row))));
  return { texts, messages: await Promise.all(messages) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over problems, and its standard error. */
function estimate(values: readonly number[]): Estimate {
  const value = mean(values);
  const spread = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / Math.max(1, values.length - 1);
  return { value, error: Math.sqrt(spread / values.length) };
}

/** What "best" means among the evaluations of a stage: the mean over the widths. */
export function evaluationScore({ accuracy }: EvaluationMetrics): number {
  return mean(WIDTHS.map((width) => accuracy[`[${width}]`]?.value ?? 0));
}
