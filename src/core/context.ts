import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { PacoreError } from "../errors.ts";
import type { CompactMessage } from "./trajectory.ts";

/**
 * What to do when |x| + Σ|m| does not fit the context window.
 * - `trim-middle`: cut the longest messages in their middle, all to the same length
 * - `drop-longest`: leave out whole messages, the longest first
 * - `error`: refuse
 */
export type ContextPolicy = "trim-middle" | "drop-longest" | "error";

export type CountTokens = (text: string) => number;

/** A prompt that cannot be made to fit. Thrown before the round is paid for. */
export class ContextOverflowError extends PacoreError {
  override name = "ContextOverflowError";
  readonly tokens: number;
  readonly limit: number;
  constructor(tokens: number, limit: number, reserved: number) {
    const room = reserved > 0 ? `${limit} (context window less maxOutputTokens ${reserved})` : `${limit}`;
    super(
      `The prompt takes about ${tokens} tokens, more than ${room}; shorten it, use smaller widths or ` +
        "maxOutputTokens, or a model with a larger contextWindow.",
    );
    this.tokens = tokens;
    this.limit = limit;
  }
}

export interface FitOptions {
  /** Tokens that prompt and output share. */
  contextWindow: number;
  /** Kept free for the output. */
  maxOutputTokens?: number | undefined;
  policy: ContextPolicy;
  countTokens: CountTokens;
  /** `drop-longest` may not go below. */
  minMessages: number;
}

export interface Fitted {
  messages: CompactMessage[];
  trimmed: number;
  dropped: number;
  tokens: number;
}

/** Images and files have no text to count; their true cost is the model's secret. */
const TOKENS_PER_FILE = 1000;
const CUT_MARK = "\n[…]\n";

/**
 * Make a message set fit, in its order.
 * @param render The prompt for a message set, as it would be sent.
 * @throws {ContextOverflowError} by policy, or when nothing helps.
 */
export function fitMessages(
  messages: readonly CompactMessage[],
  render: (messages: readonly CompactMessage[]) => LanguageModelV4Prompt,
  { contextWindow, maxOutputTokens = 0, policy, countTokens, minMessages }: FitOptions,
): Fitted {
  const limit = contextWindow - maxOutputTokens;
  const size = (set: readonly CompactMessage[]) => promptTokens(render(set), countTokens);
  const all = size(messages);
  if (all <= limit) return { messages: [...messages], trimmed: 0, dropped: 0, tokens: all };
  const overflow = new ContextOverflowError(all, limit, maxOutputTokens);
  if (policy === "error" || messages.length === 0) throw overflow;
  const kept =
    policy === "trim-middle"
      ? trimAll(messages, (set) => size(set) <= limit, countTokens)
      : dropLongest(messages, (set) => size(set) <= limit, { countTokens, minMessages });
  if (!kept) throw overflow;
  const trimmed = kept.filter((message) => !messages.includes(message)).length;
  return { messages: kept, trimmed, dropped: messages.length - kept.length, tokens: size(kept) };
}

/** Tokens of all text in a prompt; files at a flat rate. */
export function promptTokens(prompt: LanguageModelV4Prompt, countTokens: CountTokens): number {
  let tokens = 0;
  for (const { content } of prompt) {
    if (typeof content === "string") {
      tokens += countTokens(content);
      continue;
    }
    for (const part of content) {
      if (part.type === "text" || part.type === "reasoning") tokens += countTokens(part.text);
      else if (part.type === "file") tokens += TOKENS_PER_FILE;
      else if (part.type === "tool-call") tokens += countTokens(JSON.stringify(part.input ?? null));
      else if (part.type === "tool-result") tokens += countTokens(JSON.stringify(part.output));
    }
  }
  return tokens;
}

type Fits = (messages: readonly CompactMessage[]) => boolean;

/** The largest common cap on message lengths that fits, by bisection. */
function trimAll(messages: readonly CompactMessage[], fits: Fits, countTokens: CountTokens) {
  const lengths = messages.map(countTokens);
  const capped = (cap: number) =>
    messages.map((m, i) => trimMiddle(m, cap / Math.max(1, lengths[i] as number)));
  let low = 0;
  let high = Math.max(...lengths);
  if (!fits(capped(1))) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(capped(middle))) low = middle;
    else high = middle;
  }
  return capped(Math.max(1, low));
}

/** Keep the two ends of a text, `share` of it in all. */
function trimMiddle(text: string, share: number): string {
  if (share >= 1) return text;
  const characters = [...text];
  const keep = Math.max(2, Math.floor(characters.length * share) - CUT_MARK.length);
  if (keep >= characters.length) return text;
  const head = Math.ceil(keep / 2);
  return (
    characters.slice(0, head).join("") +
    CUT_MARK +
    characters.slice(characters.length - (keep - head)).join("")
  );
}

function dropLongest(
  messages: readonly CompactMessage[],
  fits: Fits,
  { countTokens, minMessages }: { countTokens: CountTokens; minMessages: number },
) {
  const longestFirst = messages
    .map((m, i) => ({ i, tokens: countTokens(m) }))
    .sort((a, b) => b.tokens - a.tokens || a.i - b.i);
  const gone = new Set<number>();
  for (const { i } of longestFirst) {
    if (messages.length - gone.size <= minMessages) return undefined;
    gone.add(i);
    const kept = messages.filter((_, at) => !gone.has(at));
    if (fits(kept)) return kept;
  }
  return undefined;
}
