import type { LanguageModelV4 } from "@ai-sdk/provider";
import { childController } from "../core/abort.ts";
import { compact } from "../core/compact.ts";
import { seededRandom, seedFor } from "../core/random.ts";
import { Semaphore } from "../core/semaphore.ts";
import { toPrompt } from "../data/to-prompt.ts";
import type { ScoreMessage } from "./environment.ts";
import { drawInstance, type MessageRange } from "./instance.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";

/** How often syntheses of a problem's messages are right: a line of stage 2's scores. */
export interface SynthesisScore {
  id: string;
  /** Mean score; null if none could be scored. */
  synthesisAccuracy: number | null;
  /** Of how many. */
  samples: number;
}

export interface SynthesisAccuracyOptions extends MessageRange {
  model: LanguageModelV4;
  entries: readonly PoolEntry[];
  samples: number;
  maxOutputTokens: number;
  seed: number;
  score: ScoreMessage;
  /** Calls under way at once. */
  concurrency?: number;
  signal: AbortSignal;
}

/**
 * Measure synthesis accuracy with a checkpoint, for the filter of stage 2 (§3.1): one message set a problem, several
 * responses to it. In the order of the entries; a response without a conclusion is wrong. The first failure, and who stops
 * listening, cancels all calls.
 */
export async function* measureSynthesis(options: SynthesisAccuracyOptions): AsyncGenerator<SynthesisScore> {
  const { entries, samples, concurrency = 256 } = options;
  const gate = new Semaphore(concurrency);
  const ahead = Math.ceil(concurrency / samples);
  const running: Promise<SynthesisScore>[] = [];
  const child = childController([options.signal]);
  let shown = 0;
  try {
    for (const entry of entries) {
      const measured = measureEntry({ ...options, signal: child.signal }, entry, gate, (error) =>
        child.controller.abort(error),
      );
      // Thrown in its turn below; until then a failure must not be called unhandled.
      measured.catch(() => {});
      running.push(measured);
      if (running.length > shown + ahead) yield await (running[shown++] as Promise<SynthesisScore>);
    }
    while (shown < running.length) yield await (running[shown++] as Promise<SynthesisScore>);
  } finally {
    child.controller.abort();
    await Promise.allSettled(running);
    child.release();
  }
}

async function measureEntry(
  { model, samples, maxOutputTokens, seed, score, signal, ...range }: SynthesisAccuracyOptions,
  entry: PoolEntry,
  gate: Semaphore,
  stop: (error: unknown) => void,
): Promise<SynthesisScore> {
  const { problem } = entry;
  const { prompt } = drawInstance(entry, range, seededRandom(seedFor(seed, "stage 2", problem.id)));
  const respond = async (sample: number) => {
    const release = await gate.acquire(signal);
    try {
      const { content, finishReason } = await model.doGenerate({
        prompt: toPrompt({ prompt }),
        temperature: 1,
        topP: 1,
        maxOutputTokens,
        seed: seedFor(seed, "stage 2", problem.id, sample),
        abortSignal: signal,
      });
      const message = compact({ content, truncated: finishReason.unified === "length" });
      return message === null ? 0 : await score(problem, message);
    } finally {
      release();
    }
  };
  const responses = Array.from({ length: samples }, (_, sample) => respond(sample));
  for (const response of responses) response.catch(stop);
  // None is left running when the first failure is thrown.
  await Promise.allSettled(responses);
  const scores = await Promise.all(responses);
  const known = scores.filter((value) => value !== null);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { id: problem.id, synthesisAccuracy: known.length > 0 ? mean : null, samples: known.length };
}
