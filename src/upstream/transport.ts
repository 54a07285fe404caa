import { Agent, type Dispatcher } from "undici";
import { Exchange, type ResponseSink } from "./exchange.ts";

export interface HttpRequest {
  url: URL;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
}

export interface TransportOptions {
  /** Time for DNS, TCP and TLS. */
  connectTimeoutMs?: number;
  /**
   * From the request to the response's headers. Long: a server that ignores `stream` is silent for as long as
   * it generates. A caller's deadline is the abort signal's business.
   */
  headersTimeoutMs?: number;
  /** Longest silence once the response has begun; every byte, keep-alive comments included, resets it. */
  idleTimeoutMs?: number;
  /** Your own undici dispatcher (a ProxyAgent, say). It is not closed with the transport. */
  dispatcher?: Dispatcher;
}

const MINUTE_MS = 60_000;

/**
 * HTTP over undici's dispatch: no web streams, no fetch, one connection per call so that cancelling a call
 * closes its connection, and none of undici's 300 s limits.
 */
export class Transport {
  readonly #dispatcher: Dispatcher;
  readonly #owned: boolean;
  readonly #headersTimeoutMs: number;
  readonly #idleTimeoutMs: number;

  constructor(options: TransportOptions = {}) {
    const {
      connectTimeoutMs = 10_000,
      headersTimeoutMs = 30 * MINUTE_MS,
      idleTimeoutMs = 5 * MINUTE_MS,
    } = options;
    this.#headersTimeoutMs = headersTimeoutMs;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#owned = !options.dispatcher;
    // HTTP/2 would put many calls on one connection: one reset then kills them all.
    this.#dispatcher =
      options.dispatcher ??
      new Agent({
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: connectTimeoutMs },
        allowH2: false,
      });
  }

  /** Start a request. Cancelling the returned exchange reports the reason to the sink at once. */
  send(request: HttpRequest, sink: ResponseSink): Exchange {
    const exchange = new Exchange(sink, this.#headersTimeoutMs, this.#idleTimeoutMs);
    const { url, method, headers, body } = request;
    try {
      this.#dispatcher.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers,
          body: body ?? null,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        exchange,
      );
    } catch (error) {
      exchange.cancel(error);
    }
    return exchange;
  }

  /** Closes idle connections and breaks those in use. */
  async close(): Promise<void> {
    if (this.#owned) await this.#dispatcher.destroy();
  }
}
