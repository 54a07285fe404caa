import type { LanguageModelV4Usage } from "@ai-sdk/provider";

/** Tokens of one call, or of many. `output` is what counts as TTC: reasoning and text together (§2.1). */
export interface TokenUsage {
  input: number;
  cachedInput: number;
  reasoning: number;
  text: number;
  output: number;
  /** True when the upstream did not say and the numbers are a count of chunks or characters. */
  estimated: boolean;
}

export const NO_USAGE: TokenUsage = Object.freeze({
  input: 0,
  cachedInput: 0,
  reasoning: 0,
  text: 0,
  output: 0,
  estimated: false,
});

/** What to assume where an upstream did not say. */
interface UsageFallback {
  inputTokens: number;
  reasoningTokens: number;
  textTokens: number;
}

/** Read the AI SDK's usage; where the upstream reports none, fall back to estimates and say so. */
export function readUsage(usage: LanguageModelV4Usage | undefined, fallback: UsageFallback): TokenUsage {
  const input = usage?.inputTokens.total;
  const output = usage?.outputTokens.total;
  if (output === undefined) {
    const { inputTokens, reasoningTokens, textTokens } = fallback;
    return {
      input: input ?? inputTokens,
      cachedInput: usage?.inputTokens.cacheRead ?? 0,
      reasoning: reasoningTokens,
      text: textTokens,
      output: reasoningTokens + textTokens,
      estimated: true,
    };
  }
  // Servers that separate reasoning often do not count it apart: then split their total as the texts suggest.
  const share = fallback.reasoningTokens / Math.max(1, fallback.reasoningTokens + fallback.textTokens);
  const reasoning = usage?.outputTokens.reasoning ?? Math.round(output * share);
  return {
    input: input ?? fallback.inputTokens,
    cachedInput: usage?.inputTokens.cacheRead ?? 0,
    reasoning,
    text: usage?.outputTokens.text ?? output - reasoning,
    output,
    estimated: input === undefined,
  };
}

export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    input: a.input + b.input,
    cachedInput: a.cachedInput + b.cachedInput,
    reasoning: a.reasoning + b.reasoning,
    text: a.text + b.text,
    output: a.output + b.output,
    // A call that generated nothing adds no uncertainty.
    estimated: (a.estimated && a.output > 0) || (b.estimated && b.output > 0),
  };
}

/**
 * A rough count without a tokenizer: a quarter token a character in ASCII, one a character beyond it.
 * It errs on the high side for prose, so that bounds checked with it hold.
 */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) wide++;
  return Math.ceil((text.length - wide) / 4) + wide;
}
