import { looksLikeEvents, readCompletion } from "./collapse-sink.ts";
import type { EndpointIdentity } from "./errors.ts";
import type { Exchange, ResponseHeaders, ResponseSink } from "./exchange.ts";
import { keptHeaders } from "./http-failure.ts";

const BUFFER_BYTES = 64 * 1024;

interface PassThroughHooks {
  resolve(response: Response): void;
  /** The stream broke after the response was handed out, or the reader left. */
  failed(error: unknown): void;
  ended(): void;
}

/**
 * Hands a stream on as a web Response, with back-pressure to the socket. A server that ignored `stream` has its
 * completion turned into a stream of one chunk.
 */
export class PassThroughSink implements ResponseSink {
  /** Set right after the request is sent. */
  exchange: Exchange | undefined;
  readonly #endpoint: EndpointIdentity;
  readonly #hooks: PassThroughHooks;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #plain: Buffer[] | undefined;
  #seen = false;

  constructor(endpoint: EndpointIdentity, hooks: PassThroughHooks) {
    this.#endpoint = endpoint;
    this.#hooks = hooks;
  }

  onHeaders(status: number, headers: ResponseHeaders): void {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.exchange?.resume(),
        cancel: () => {
          this.#controller = undefined;
          this.exchange?.cancel(new DOMException("The reader of the stream left.", "AbortError"));
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
    );
    const kept = { ...keptHeaders(headers), "content-type": "text/event-stream" };
    this.#hooks.resolve(new Response(body, { status, headers: kept }));
  }

  onData(chunk: Buffer): void {
    if (!this.#seen) {
      this.#seen = true;
      if (!looksLikeEvents(chunk)) this.#plain = [];
    }
    if (this.#plain) {
      this.#plain.push(chunk);
      return;
    }
    this.#controller?.enqueue(chunk);
    if ((this.#controller?.desiredSize ?? 1) <= 0) this.exchange?.pause();
  }

  onEnd(): void {
    if (this.#plain)
      this.#controller?.enqueue(
        Buffer.from(asEvents(readCompletion(this.#endpoint, Buffer.concat(this.#plain)))),
      );
    this.#controller?.close();
    this.#hooks.ended();
  }

  onError(error: unknown): void {
    this.#controller?.error(error);
    this.#hooks.failed(error);
  }
}

function asEvents(completion: Record<string, unknown>): string {
  const choices = (completion.choices as { message?: unknown }[]).map(({ message, ...choice }) => ({
    ...choice,
    delta: message,
  }));
  return `data: ${JSON.stringify({ ...completion, choices })}\n\ndata: [DONE]\n\n`;
}
