import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { progressListener } from "../core/progress.ts";
import { cannotAnswer, lastUserText, readQuestion } from "./question.ts";
import type { Sampler } from "./sampler.ts";
import { createStopFilter } from "./stop-filter.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What a call's text goes to, piece by piece. */
interface Sink {
  reasoning(delta: string): unknown;
  text(delta: string): unknown;
}

export interface Outcome {
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage;
}

/** A sampler with the tokenizer its prompts are written in. */
export interface Engine {
  tokenizer: Tokenizer;
  sampler: Sampler;
}

/** Settings the model does not have; the call goes on without them. */
export function callWarnings(options: LanguageModelV4CallOptions): SharedV4Warning[] {
  const { prompt, tools, responseFormat, presencePenalty, frequencyPenalty, reasoning } = options;
  const last = prompt.at(-1);
  const files = last?.role === "user" && last.content.some((part) => part.type === "file");
  const system = prompt.some((message) => message.role === "system");
  const ignored: [boolean, string][] = [
    [(tools?.length ?? 0) > 0, "tools"],
    [responseFormat?.type === "json", "responseFormat"],
    [presencePenalty !== undefined, "presencePenalty"],
    [frequencyPenalty !== undefined, "frequencyPenalty"],
    [reasoning !== undefined && reasoning !== "provider-default", "reasoning"],
    [files, "files"],
    [system, "system messages"],
    [prompt.filter(({ role }) => role !== "system").length > 1, "conversation history"],
  ];
  const details = "The embedded model reads the last user turn's text only.";
  return ignored
    .filter(([present]) => present)
    .map(([, feature]) => ({ type: "unsupported", feature, details }));
}

/** Answer one call, writing to `sink` as tokens come. @throws The abort signal's reason. */
export async function answer(
  { tokenizer, sampler }: Engine,
  options: LanguageModelV4CallOptions,
  sink: Sink,
  abortSignal = options.abortSignal,
): Promise<Outcome> {
  const question = readQuestion(lastUserText(options.prompt));
  const prompt = question === undefined ? undefined : tokenizer.encode(question);
  if (!prompt) {
    // No model runs, so no tokens are counted.
    sink.text(cannotAnswer());
    return { finishReason: { unified: "stop", raw: "unsupported-prompt" }, usage: usageOf(0, false, 0, 0) };
  }
  const writer = createWriter(tokenizer, options, sink);
  const { tokens, finish, promptWasCached } = await sampler.sample({
    prompt,
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 32),
    temperature: options.temperature ?? 1,
    topP: options.topP ?? 1,
    topK: options.topK ?? 0,
    maxTokens: options.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    abortSignal,
    onToken: writer.token,
  });
  writer.close();
  const reasoned = writer.reasoningTokens();
  return {
    finishReason: { unified: finish === "length" ? "length" : "stop", raw: finish },
    usage: usageOf(prompt.length, promptWasCached, tokens.length - reasoned, reasoned),
  };
}

/** Sorts tokens into reasoning and conclusion. Stop sequences apply to the conclusion. */
function createWriter(tokenizer: Tokenizer, options: LanguageModelV4CallOptions, sink: Sink) {
  const report = progressListener(options.abortSignal);
  const filter = createStopFilter(options.stopSequences ?? []);
  let count = 0;
  let reasoned = 0;
  let thinking = false;
  const emit = (text: string) => text && sink.text(text);

  function token(id: number): boolean {
    count += 1;
    report?.({ tokens: count });
    if (id === tokenizer.thinkStart || thinking) {
      reasoned += 1;
      // The line break after <think> is mark-up.
      if (thinking && id !== tokenizer.thinkEnd) {
        const text = tokenizer.decode([id]);
        sink.reasoning(reasoned === 2 ? text.trimStart() : text);
      }
      thinking = id !== tokenizer.thinkEnd;
      return false;
    }
    const { text, stopped } = filter.push(tokenizer.decode([id]));
    emit(text);
    return stopped;
  }

  return { token, close: () => emit(filter.flush()), reasoningTokens: () => reasoned };
}

function usageOf(input: number, cached: boolean, text: number, reasoning: number): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: input,
      noCache: cached ? 0 : input,
      cacheRead: cached ? input : 0,
      cacheWrite: undefined,
    },
    outputTokens: { total: text + reasoning, text, reasoning },
  };
}
