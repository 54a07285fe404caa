import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { abortable, delay } from "../core/abort.ts";
import { progressListener } from "../core/progress.ts";

/** What a scripted model answers to one call. */
export interface Reply {
  text?: string;
  reasoning?: string;
  toolCalls?: { toolName: string; input: string }[];
  finish?: LanguageModelV4FinishReason["unified"];
  /** Generated tokens; default: one a word. `null`: the server does not say. */
  tokens?: number | null;
  inputTokens?: number;
  cachedTokens?: number;
  /** Milliseconds until the answer. */
  delayMs?: number;
  /** Thrown instead of an answer, after the delay. */
  error?: unknown;
  /** While streaming: thrown after this many characters of text. */
  breakAfter?: number;
}

export interface ScriptedCall extends LanguageModelV4CallOptions {
  /** Calls before this one. */
  number: number;
  /** Whether it was made through `doStream`. */
  streamed: boolean;
}

export type Script = (call: ScriptedCall) => string | Reply | Promise<string | Reply>;

export interface ScriptedModel extends LanguageModelV4 {
  /** Every call made, in order. */
  readonly calls: readonly ScriptedCall[];
  readonly inFlight: () => number;
  readonly peakInFlight: () => number;
}

/** A model that answers as a function says: for tests and faults, not a stand-in for a real one. */
export function scriptedModel(script: Script, { modelId = "scripted" } = {}): ScriptedModel {
  const calls: ScriptedCall[] = [];
  let inFlight = 0;
  let peak = 0;
  const answer = async (options: LanguageModelV4CallOptions, streamed: boolean): Promise<Reply> => {
    const call = { ...options, number: calls.length, streamed };
    calls.push(call);
    peak = Math.max(peak, ++inFlight);
    try {
      const signal = options.abortSignal ?? new AbortController().signal;
      const given = await abortable(Promise.resolve(script(call)), signal);
      const reply = typeof given === "string" ? { text: given } : given;
      if (reply.delayMs) await delay(reply.delayMs, signal);
      progressListener(options.abortSignal)?.({ tokens: usageOf(reply).outputTokens.total ?? 0 });
      if (reply.error !== undefined) throw reply.error;
      return reply;
    } finally {
      inFlight--;
    }
  };
  return {
    specificationVersion: "v4",
    provider: "scripted",
    modelId,
    supportedUrls: {},
    calls,
    inFlight: () => inFlight,
    peakInFlight: () => peak,
    doGenerate: async (options) => resultOf(await answer(options, false)),
    doStream: async (options) => ({ stream: ReadableStream.from(partsOf(await answer(options, true))) }),
  };
}

function contentOf({ text, reasoning, toolCalls = [] }: Reply): LanguageModelV4Content[] {
  return [
    ...(reasoning ? [{ type: "reasoning" as const, text: reasoning }] : []),
    ...(text ? [{ type: "text" as const, text }] : []),
    ...toolCalls.map((call, i) => ({ type: "tool-call" as const, toolCallId: `call-${i}`, ...call })),
  ];
}

function finishOf({ finish, toolCalls }: Reply): LanguageModelV4FinishReason {
  return { unified: finish ?? (toolCalls ? "tool-calls" : "stop"), raw: finish };
}

function usageOf({
  text = "",
  reasoning = "",
  tokens,
  inputTokens = 10,
  cachedTokens = 0,
}: Reply): LanguageModelV4Usage {
  const words = (of: string) => of.split(/\s+/).filter(Boolean).length;
  const total = tokens === null ? undefined : (tokens ?? words(text) + words(reasoning));
  const split = tokens === undefined;
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens - cachedTokens,
      cacheRead: cachedTokens,
      cacheWrite: 0,
    },
    outputTokens: {
      total,
      text: split ? words(text) : undefined,
      reasoning: split ? words(reasoning) : undefined,
    },
  };
}

function resultOf(reply: Reply): LanguageModelV4GenerateResult {
  return { content: contentOf(reply), finishReason: finishOf(reply), usage: usageOf(reply), warnings: [] };
}

function* partsOf(reply: Reply): Generator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: [] };
  let id = 0;
  for (const part of contentOf(reply)) {
    if (part.type === "tool-call") {
      yield { type: "tool-input-start", id: part.toolCallId, toolName: part.toolName };
      yield { type: "tool-input-delta", id: part.toolCallId, delta: part.input };
      yield { type: "tool-input-end", id: part.toolCallId };
      yield part;
      continue;
    }
    if (part.type !== "text" && part.type !== "reasoning") continue;
    const kind = part.type;
    const block = `${kind}-${id++}`;
    yield { type: `${kind}-start`, id: block };
    for (let at = 0; at < part.text.length; at += 4) {
      if (kind === "text" && reply.breakAfter !== undefined && at >= reply.breakAfter) {
        yield { type: "error", error: new Error("The stream broke.") };
        return;
      }
      yield { type: `${kind}-delta`, id: block, delta: part.text.slice(at, at + 4) };
    }
    yield { type: `${kind}-end`, id: block };
  }
  yield { type: "finish", finishReason: finishOf(reply), usage: usageOf(reply) };
}
