import type {
  JSONObject,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { type AnyLanguageModel, toLanguageModelV4 } from "./any-model.ts";
import { coordinate } from "./coordinate.ts";
import type { CoordinationEvent } from "./events.ts";
import { type CoordinateOptions, readOptions } from "./options.ts";
import { progressText } from "./progress-text.ts";
import type { SolveResult } from "./result.ts";

export interface PacoreModelOptions
  extends Omit<CoordinateOptions, "stream" | "abortSignal" | "runId" | "journal"> {
  /**
   * Tell the hidden rounds' progress as reasoning while streaming. Default: yes. A client that times out on a
   * silent stream is kept alive by it; `ping` parts would not do.
   */
  progress?: boolean;
  /** A model id of your own; default: that of the model. */
  modelId?: string;
}

/**
 * A language model that answers by parallel coordinated reasoning, for everything of the AI SDK that takes a
 * model: generateText, streamText, agents, tools, middleware, registries.
 *
 * Usage is summed over all calls: hidden ones count as reasoning tokens. The receipt is in
 * `providerMetadata.pacore.receipt`. It retries inside, by trajectory; its errors are not retryable outward,
 * for a retry would pay for every round again.
 */
export function pacore(model: AnyLanguageModel, options: PacoreModelOptions = {}): LanguageModelV4 {
  readOptions(options);
  return {
    specificationVersion: "v4",
    provider: "pacore",
    modelId: options.modelId ?? model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (call) => generate(model, call, options),
    doStream: (call) => stream(model, call, options),
  };
}

/** The same as middleware for `wrapLanguageModel`. */
export function pacoreMiddleware(options: PacoreModelOptions = {}): LanguageModelV4Middleware {
  readOptions(options);
  return {
    specificationVersion: "v4",
    wrapGenerate: ({ model, params }) => generate(model, params, options),
    wrapStream: ({ model, params }) => stream(model, params, options),
  };
}

async function generate(
  model: AnyLanguageModel,
  call: LanguageModelV4CallOptions,
  { progress: _, modelId: __, ...options }: PacoreModelOptions,
): Promise<LanguageModelV4GenerateResult> {
  for await (const event of coordinate(await toLanguageModelV4(model), call, options)) {
    if (event.type !== "finish") continue;
    const { content, finishReason, warnings, runId } = event.result;
    return {
      content,
      finishReason,
      warnings,
      usage: totalUsage(event.result),
      providerMetadata: metadataOf(event.result),
      response: { id: runId },
    };
  }
  throw new Error("The run ended without a result.");
}

async function stream(
  model: AnyLanguageModel,
  call: LanguageModelV4CallOptions,
  { progress = true, modelId: _, ...options }: PacoreModelOptions,
): Promise<LanguageModelV4StreamResult> {
  const left = new AbortController();
  const abortSignal = call.abortSignal ? AbortSignal.any([call.abortSignal, left.signal]) : left.signal;
  const settings = { ...options, stream: true, ...(progress && { progressIntervalMs: 1000 }) };
  const events = coordinate(await toLanguageModelV4(model), { ...call, abortSignal }, settings);
  const parts = streamParts(events, progress);
  return {
    stream: new ReadableStream<LanguageModelV4StreamPart>({
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      // The generator may be waiting for an event: only the abort reaches the calls in time.
      cancel(reason) {
        left.abort(reason);
        parts.return(undefined).catch(() => {});
      },
    }),
  };
}

const PROGRESS_ID = "pacore-progress";

/** The run as one model's stream: progress as reasoning, then the last round's own parts. */
async function* streamParts(
  events: AsyncIterable<CoordinationEvent>,
  progress: boolean,
): AsyncGenerator<LanguageModelV4StreamPart> {
  const tell = progressText();
  let telling = false;
  let answered = false;
  yield { type: "stream-start", warnings: [] };
  try {
    for await (const event of events) {
      if (event.type === "run-start")
        yield { type: "response-metadata", id: event.runId, modelId: event.modelId };
      if (event.type === "trajectory-delta") {
        if (telling) yield { type: "reasoning-end", id: PROGRESS_ID };
        telling = false;
        answered ||= event.part.type === "text-delta" || event.part.type === "tool-input-delta";
        if (!OWN_PARTS.has(event.part.type)) yield event.part;
      } else if (event.type === "trajectory-retry" && answered) {
        // What was streamed cannot be taken back: better an error than two answers in one.
        yield { type: "error", error: new Error(`The answer broke off: ${event.reason}`) };
        return;
      } else if (event.type === "finish") {
        if (telling) yield { type: "reasoning-end", id: PROGRESS_ID };
        yield* finishParts(event.result, answered);
      } else if (progress) {
        const delta = tell(event);
        if (delta === undefined) continue;
        if (!telling) yield { type: "reasoning-start", id: PROGRESS_ID };
        telling = true;
        yield { type: "reasoning-delta", id: PROGRESS_ID, delta };
      }
    }
  } catch (error) {
    yield { type: "error", error };
  }
}

/** Of the last call's stream; the run has its own. */
const OWN_PARTS: ReadonlySet<string> = new Set(["stream-start", "response-metadata", "finish", "raw"]);

function* finishParts(result: SolveResult, answered: boolean): Generator<LanguageModelV4StreamPart> {
  // An answer that came without a stream (from the journal, or the most frequent message).
  if (!answered && result.answer !== "" && result.source === "message") {
    yield { type: "text-start", id: "answer" };
    yield { type: "text-delta", id: "answer", delta: result.answer };
    yield { type: "text-end", id: "answer" };
  }
  const { finishReason } = result;
  yield { type: "finish", finishReason, usage: totalUsage(result), providerMetadata: metadataOf(result) };
}

/** All calls as one: what the caller did not get to see as text was reasoning. */
export function totalUsage({ usage, receipt: { tokens } }: SolveResult): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: tokens.input,
      noCache: tokens.input - tokens.cachedInput,
      cacheRead: tokens.cachedInput,
      cacheWrite: undefined,
    },
    outputTokens: { total: tokens.output, text: usage.text, reasoning: tokens.output - usage.text },
  };
}

function metadataOf({ receipt, source, runId, messages }: SolveResult) {
  const summary = { runId, source, messages: messages.length, receipt };
  return { pacore: JSON.parse(JSON.stringify(summary)) as JSONObject };
}
