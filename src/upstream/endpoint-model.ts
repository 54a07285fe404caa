import { OpenAICompatibleChatLanguageModel } from "@ai-sdk/openai-compatible";
import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamPart,
  type LanguageModelV4StreamResult,
  type LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { progressListener } from "../core/progress.ts";
import { affinityOf, type BalanceOptions, Balancer } from "./balance.ts";
import { balancedFetch } from "./balanced-fetch.ts";
import { type ChatAnswer, completeChat } from "./call-chat.ts";
import type { Endpoint } from "./chat-request.ts";
import type { EndpointStats } from "./endpoints.ts";
import { UpstreamError } from "./errors.ts";
import { type RelayRequest, type RelaySink, relayChat } from "./relay.ts";
import { readErrorBody, streamFailure } from "./stream-error.ts";
import { Transport, type TransportOptions } from "./transport.ts";
import { Turnstile } from "./turnstile.ts";
import { withEndpoint } from "./with-endpoint.ts";

export interface EndpointModelOptions extends TransportOptions, BalanceOptions {
  /** The server takes JSON schemas as `response_format`. Default: true; else only `json_object` is asked for. */
  structuredOutputs?: boolean;
}

/** Body fields beyond the AI SDK's go in `providerOptions.openaiCompatible`; it is also the SDK's own name. */
const PROVIDER = "openaiCompatible";
/** The SDK wants a base URL. The true one, and the key, are put in below it and so are in none of its objects. */
const PLACEHOLDER_URL = "http://endpoint.invalid/v1";

/**
 * A model behind one or several OpenAI-compatible endpoints, as an AI SDK model. Results keep neither request nor
 * response bodies; errors are {@link UpstreamError}s; keys are in private state only and are never printed.
 */
export class EndpointModel implements LanguageModelV4, AsyncDisposable {
  readonly specificationVersion = "v4";
  readonly modelId: string;
  readonly supportedUrls = {};
  /** The base URLs, without credentials or query. */
  readonly urls: readonly string[];
  readonly #model: OpenAICompatibleChatLanguageModel;
  readonly #transport: Transport;
  readonly #balancer: Balancer;
  readonly #turnstile = new Turnstile();
  readonly #endpoints: readonly Endpoint[];

  constructor(modelId: string, endpoints: readonly Endpoint[], options: EndpointModelOptions = {}) {
    this.modelId = modelId;
    this.urls = endpoints.map((endpoint) => endpoint.label);
    this.#endpoints = endpoints;
    this.#transport = new Transport(options);
    this.#balancer = new Balancer(endpoints, options);
    this.#model = new OpenAICompatibleChatLanguageModel(modelId, {
      provider: PROVIDER,
      url: ({ path }) => PLACEHOLDER_URL + path,
      includeUsage: true,
      supportsStructuredOutputs: options.structuredOutputs ?? true,
      fetch: balancedFetch(this.#transport, this.#balancer),
      convertUsage: (usage) => convertUsage(usage),
    });
  }

  get provider(): string {
    return this.#model.provider;
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    await this.#turnstile.pass();
    try {
      const { body, warnings } = await this.#model.prepareRequest(options);
      const { completion, headers } = await this.#complete(body, options);
      const { providerOptions } = options;
      const result = await this.#model.convertResponse({
        body: completion,
        ...(providerOptions && { providerOptions }),
      });
      return { ...result, warnings, response: { ...result.response, headers } };
    } catch (error) {
      throw this.#slim(error);
    }
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    try {
      const { stream, response } = await this.#model.doStream(options);
      return { stream: this.#watch(stream, options.abortSignal), ...(response && { response }) };
    } catch (error) {
      throw this.#slim(error);
    }
  }

  /**
   * Send a chat completion on as it is, and its answer to `sink` byte by byte, with the same balancing and
   * breakers as all other calls. Resolves when the answer has begun.
   * @throws UpstreamError for anything but 2xx; or the signal's reason.
   */
  async relay(request: RelayRequest, sink: RelaySink): Promise<void> {
    const affinity = affinityOf(this.#balancer, { body: request.body });
    // Whoever relays has a client of his own, who is better told at once.
    const wanted = { affinity, signal: request.signal, patienceMs: 0 };
    await withEndpoint(this.#balancer, wanted, async (endpoint) => {
      const { ended } = await relayChat(this.#transport, endpoint, request, sink);
      return { value: undefined, ended };
    });
  }

  /** Load and health by endpoint. */
  endpointStats(): EndpointStats[] {
    return this.#balancer.stats();
  }

  /** Turns waiting calls away and breaks the connections. */
  async close(): Promise<void> {
    this.#balancer.close();
    await this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Below the SDK, that is: no serialised copies, no Response, no body that would be kept. */
  #complete(
    body: Record<string, unknown>,
    { abortSignal, headers }: LanguageModelV4CallOptions,
  ): Promise<ChatAnswer> {
    const request = { body, headers: definedHeaders(headers), streaming: false, signal: abortSignal };
    const affinity = affinityOf(this.#balancer, body);
    const wanted = { affinity, signal: abortSignal, patienceMs: this.#balancer.patienceMs };
    return withEndpoint(this.#balancer, wanted, async (endpoint) => {
      return { value: await completeChat(this.#transport, endpoint, request), ended: Promise.resolve() };
    });
  }

  #watch(
    stream: ReadableStream<LanguageModelV4StreamPart>,
    signal: AbortSignal | undefined,
  ): ReadableStream<LanguageModelV4StreamPart> {
    const reader = stream.getReader();
    const listener = progressListener(signal);
    let tokens = 0;
    return new ReadableStream<LanguageModelV4StreamPart>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (done) {
              controller.close();
              return;
            }
            if (listener && "delta" in value) listener({ tokens: ++tokens });
            controller.enqueue(value.type === "error" ? { ...value, error: this.#slim(value.error) } : value);
          } catch (error) {
            controller.error(this.#slim(error));
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** An error without what the SDK adds to it: the whole request, and the body of the response. */
  #slim(error: unknown): unknown {
    if (error instanceof UpstreamError) return error;
    const endpoint = this.#endpoints[0] as Endpoint;
    if (error instanceof Error) {
      if (error.cause instanceof UpstreamError) return error.cause;
      // In mid-stream the SDK wraps the caller's own abort reason too.
      if (isAbort(error.cause)) return error.cause;
    }
    if (APICallError.isInstance(error)) {
      const { message, isRetryable, statusCode } = error;
      const status = statusCode === undefined ? {} : { statusCode };
      return new UpstreamError(endpoint, { kind: "invalid", message, isRetryable, ...status });
    }
    const body = readErrorBody(error, error instanceof Error ? "" : "error");
    if (body) return streamFailure(endpoint, body);
    if (error instanceof Error && error.name === "AI_InvalidResponseDataError") {
      return new UpstreamError(endpoint, { kind: "unfinished", message: error.message, isRetryable: true });
    }
    return error;
  }
}

function definedHeaders(headers: Record<string, string | undefined> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

interface ReportedUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  prompt_tokens_details?: { cached_tokens?: number | null } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
}

/** Unlike the SDK's own, what a server does not report is unknown, not zero. */
function convertUsage(usage: ReportedUsage | null | undefined): LanguageModelV4Usage {
  const input = usage?.prompt_tokens ?? undefined;
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? undefined;
  const output = usage?.completion_tokens ?? undefined;
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens ?? undefined;
  const less = (total?: number, part?: number) =>
    total === undefined || part === undefined ? undefined : Math.max(0, total - part);
  return {
    inputTokens: { total: input, noCache: less(input, cached), cacheRead: cached, cacheWrite: undefined },
    outputTokens: { total: output, text: less(output, reasoning), reasoning },
  };
}
