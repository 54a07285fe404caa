import { progressListener } from "../core/progress.ts";
import { type ChatRequest, type Endpoint, streamedBody, urlBelow } from "./chat-request.ts";
import { CollapseSink } from "./collapse-sink.ts";
import { networkFailure, UpstreamError } from "./errors.ts";
import { EventTooLongError } from "./event-reader.ts";
import { BodyText, httpFailure, keptHeaders } from "./http-failure.ts";
import { PassThroughSink } from "./pass-through-sink.ts";
import { completionFailure } from "./stream-error.ts";
import {
  type Exchange,
  IdleTimeoutError,
  type ResponseHeaders,
  type ResponseSink,
  type Transport,
} from "./transport.ts";

export interface ChatReply {
  response: Response;
  /** When the last byte has come: undefined, or what broke the stream. Never rejects. */
  ended: Promise<unknown>;
}

/**
 * One chat completion at one endpoint, streamed by the server and returned as the SDK asked for it: folded into
 * one JSON response, or as a stream.
 * @throws UpstreamError; or the signal's reason.
 */
export async function callChat(
  transport: Transport,
  endpoint: Endpoint,
  request: ChatRequest,
): Promise<ChatReply> {
  try {
    return await attempt(transport, endpoint, request);
  } catch (error) {
    if (endpoint.refusesStreamOptions || !isAboutStreamOptions(error)) throw error;
    endpoint.refusesStreamOptions = true;
    try {
      return await attempt(transport, endpoint, request);
    } catch (second) {
      // It was not that, or not only: ask the next call properly again.
      if (isAboutStreamOptions(second)) endpoint.refusesStreamOptions = false;
      throw second;
    }
  }
}

function isAboutStreamOptions(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || (error.statusCode !== 400 && error.statusCode !== 422))
    return false;
  return /stream_options|include_usage/.test(error.responseBody ?? "");
}

function attempt(transport: Transport, endpoint: Endpoint, request: ChatRequest): Promise<ChatReply> {
  const { signal, streaming } = request;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<ChatReply>();
  const ended = Promise.withResolvers<unknown>();
  const sink = new StatusSink(
    endpoint,
    signal,
    (headers) => {
      const settle = (response: Response) => resolve({ response, ended: ended.promise });
      if (streaming) return passThrough(endpoint, () => exchange, settle, ended.resolve);
      return new CollapseSink(
        endpoint,
        {
          resolve: (json) => {
            exchange.drain();
            sink.release();
            ended.resolve(undefined);
            settle(
              new Response(json, {
                headers: { ...keptHeaders(headers), "content-type": "application/json" },
              }),
            );
          },
          reject,
        },
        progressListener(signal),
      );
    },
    reject,
  );
  const exchange = transport.send(
    {
      url: urlBelow(endpoint.url, "/chat/completions"),
      method: "POST",
      headers: { ...request.headers, "accept-encoding": "identity", ...endpoint.headers },
      body: streamedBody(request.body, endpoint),
    },
    sink,
  );
  sink.cancelWith(exchange);
  return promise;
}

function passThrough(
  endpoint: Endpoint,
  exchange: () => Exchange,
  resolve: (response: Response) => void,
  ended: (error?: unknown) => void,
): ResponseSink {
  const sink = new PassThroughSink(endpoint, { resolve, failed: ended, ended: () => ended() });
  sink.exchange = exchange();
  return sink;
}

/** Sorts responses by status, follows the caller's signal, and puts every failure into our words. */
class StatusSink implements ResponseSink {
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal | undefined;
  readonly #open: (headers: ResponseHeaders) => ResponseSink;
  readonly #reject: (error: unknown) => void;
  #inner: ResponseSink | undefined;
  #refusal: { status: number; headers: ResponseHeaders; body: BodyText } | undefined;
  #unhook = () => {};

  constructor(
    endpoint: Endpoint,
    signal: AbortSignal | undefined,
    open: (headers: ResponseHeaders) => ResponseSink,
    reject: (error: unknown) => void,
  ) {
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#open = open;
    this.#reject = reject;
  }

  cancelWith(exchange: Exchange): void {
    const signal = this.#signal;
    if (!signal) return;
    const cancel = () => exchange.cancel(signal.reason);
    signal.addEventListener("abort", cancel, { once: true });
    this.#unhook = () => signal.removeEventListener("abort", cancel);
  }

  /** Stop listening to the signal: nothing is left to cancel. */
  release(): void {
    this.#unhook();
  }

  onHeaders(status: number, headers: ResponseHeaders): void {
    if (status >= 200 && status < 300) {
      this.#inner = this.#open(headers);
      this.#inner.onHeaders(status, headers);
    } else this.#refusal = { status, headers, body: new BodyText() };
  }

  onData(chunk: Buffer): void {
    if (this.#inner) this.#inner.onData(chunk);
    else this.#refusal?.body.add(chunk);
  }

  onEnd(): void {
    this.release();
    if (this.#inner) this.#finish(this.#inner);
    else this.#reject(this.#refused());
  }

  onError(error: unknown, responseBegun: boolean): void {
    this.release();
    // A refusal whose body broke off is still that refusal.
    const failure =
      this.#refusal && !this.#signal?.aborted ? this.#refused() : this.#explain(error, responseBegun);
    if (this.#inner) this.#inner.onError(failure, responseBegun);
    else this.#reject(failure);
  }

  #finish(inner: ResponseSink): void {
    try {
      inner.onEnd();
    } catch (error) {
      inner.onError(this.#explain(error, true), true);
    }
  }

  #refused(): UpstreamError {
    const { status = 0, headers = {}, body } = this.#refusal ?? {};
    return httpFailure(this.#endpoint, status, headers, String(body ?? ""));
  }

  #explain(error: unknown, responseBegun: boolean): unknown {
    if (error instanceof UpstreamError || (this.#signal?.aborted && error === this.#signal.reason))
      return error;
    if (error instanceof DOMException && error.name === "AbortError") return error;
    const endpoint = this.#endpoint;
    if (error instanceof IdleTimeoutError) {
      return new UpstreamError(endpoint, { kind: "idle", message: error.message, isRetryable: true });
    }
    if (error instanceof EventTooLongError)
      return completionFailure(endpoint, "contains an event that is too long");
    return networkFailure(endpoint, error, responseBegun);
  }
}
