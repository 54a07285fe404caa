import { progressListener } from "../core/progress.ts";
import { type ChatRequest, type Endpoint, streamedBody, urlBelow } from "./chat-request.ts";
import { CollapseSink } from "./collapse-sink.ts";
import { UpstreamError } from "./errors.ts";
import type { ResponseHeaders } from "./exchange.ts";
import { keptHeaders } from "./http-failure.ts";
import { PassThroughSink } from "./pass-through-sink.ts";
import { StatusSink } from "./status-sink.ts";
import type { HttpRequest, Transport } from "./transport.ts";

/** One chat completion, whole. */
export interface ChatAnswer {
  /** The body that the server would have sent without streaming. */
  completion: Record<string, unknown>;
  headers: ResponseHeaders;
}

export interface ChatStream {
  response: Response;
  /** When the last byte has come: undefined, or what broke the stream. Never rejects. */
  ended: Promise<unknown>;
}

/**
 * One chat completion at one endpoint: streamed by the server, folded into one.
 * @throws UpstreamError; or the signal's reason.
 */
export function completeChat(
  transport: Transport,
  endpoint: Endpoint,
  request: ChatRequest,
): Promise<ChatAnswer> {
  return withLessons(endpoint, () => {
    const { signal } = request;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const sink = new StatusSink(endpoint, signal, reject, (headers) => {
        const done = (completion: Record<string, unknown>) => {
          exchange.drain();
          sink.release();
          resolve({ completion, headers: keptHeaders(headers) });
        };
        return new CollapseSink(endpoint, { resolve: done, reject }, progressListener(signal));
      });
      const exchange = transport.send(httpRequest(endpoint, request), sink);
      sink.cancelWith(exchange);
    });
  });
}

/**
 * One chat completion at one endpoint, as the stream that it is. Resolves when the response has begun.
 * @throws UpstreamError; or the signal's reason.
 */
export function streamChat(
  transport: Transport,
  endpoint: Endpoint,
  request: ChatRequest,
): Promise<ChatStream> {
  return withLessons(endpoint, () => {
    request.signal?.throwIfAborted();
    const ended = Promise.withResolvers<unknown>();
    return new Promise((resolve, reject) => {
      const sink = new StatusSink(endpoint, request.signal, reject, () => {
        const inner = new PassThroughSink(endpoint, {
          resolve: (response) => resolve({ response, ended: ended.promise }),
          failed: ended.resolve,
          ended: () => ended.resolve(undefined),
        });
        inner.exchange = exchange;
        return inner;
      });
      const exchange = transport.send(httpRequest(endpoint, request), sink);
      sink.cancelWith(exchange);
    });
  });
}

function httpRequest(endpoint: Endpoint, { headers, body }: ChatRequest): HttpRequest {
  return {
    url: urlBelow(endpoint.url, "/chat/completions"),
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...headers,
      "accept-encoding": "identity",
      ...endpoint.headers,
    },
    body: streamedBody(body, endpoint),
  };
}

/** What servers refuse and can do without, or want by another name; and what they say then. */
const LESSONS = [
  { flag: "refusesStreamOptions", sign: /stream_options|include_usage/ },
  { flag: "refusesMaxTokens", sign: /max_completion_tokens/ },
] as const;

/** Asks again otherwise where the server refuses how it was asked, and remembers it. */
async function withLessons<T>(endpoint: Endpoint, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const lesson = LESSONS.find(({ flag, sign }) => !endpoint[flag] && isAbout(error, sign));
    if (!lesson) throw error;
    endpoint[lesson.flag] = true;
    try {
      return await withLessons(endpoint, attempt);
    } catch (second) {
      // It was not that, or not only: ask the next call properly again.
      if (isAbout(second, lesson.sign)) endpoint[lesson.flag] = false;
      throw second;
    }
  }
}

function isAbout(error: unknown, sign: RegExp): boolean {
  if (!(error instanceof UpstreamError) || (error.statusCode !== 400 && error.statusCode !== 422))
    return false;
  return sign.test(error.responseBody ?? "");
}
