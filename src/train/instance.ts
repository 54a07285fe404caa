import { type Random, shuffle } from "../core/random.ts";
import { renderSynthesis, type SynthesisTemplate } from "../core/synthesis.ts";
import { textOfProblem } from "../data/to-prompt.ts";
import { InvalidOptionError } from "../errors.ts";
import type { PoolEntry, PoolMessage } from "./pool/pool-entry.ts";

/** One episode's start: a problem x, a message set M, and the state P(x, M) (§2.2). */
export interface Instance {
  entry: PoolEntry;
  /** M; empty for the first round's own prompt. */
  messages: PoolMessage[];
  /** P(x, M); x itself without messages. */
  prompt: string;
}

export interface MessageRange {
  messagesMin: number;
  messagesMax: number;
}

/** @throws {InvalidOptionError} that names the first problem whose pool has fewer messages than the range's start. */
export function checkPools(entries: readonly PoolEntry[], { messagesMin }: MessageRange): void {
  const small = entries.filter(({ messages }) => messages.length < messagesMin);
  const [first] = small;
  if (!first) return;
  throw new InvalidOptionError(
    "messagesMin",
    `${small.length} of ${entries.length} problems have fewer than ${messagesMin} messages, ${first.problem.id} first (${first.messages.length}); lower it, or build a larger pool.`,
  );
}

/**
 * Draw |M| uniformly from the range, then that many messages of the pool without replacement, in random order (§3.1).
 * A pool smaller than the range's end ends the range.
 * @throws {InvalidOptionError} if the pool has fewer messages than the range's start.
 */
export function drawInstance(
  entry: PoolEntry,
  { messagesMin, messagesMax }: MessageRange,
  random: Random,
  template?: SynthesisTemplate,
): Instance {
  checkPools([entry], { messagesMin, messagesMax });
  const most = Math.min(messagesMax, entry.messages.length);
  const size = messagesMin + Math.floor(random() * (most - messagesMin + 1));
  return withMessages(entry, shuffle(entry.messages, random).slice(0, size), template);
}

/** The instance of a given message set; without one, the problem alone: M = ∅ bypasses the template (§2.1). */
export function withMessages(
  entry: PoolEntry,
  messages: PoolMessage[],
  template: SynthesisTemplate = renderSynthesis,
): Instance {
  const x = textOfProblem(entry.problem);
  const texts = messages.map(({ text }) => text);
  return { entry, messages, prompt: texts.length > 0 ? template(x, texts) : x };
}
