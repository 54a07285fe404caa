import { type Endpoint, urlBelow } from "./chat-request.ts";
import { networkFailure, UpstreamError } from "./errors.ts";
import { type Exchange, IdleTimeoutError, type ResponseHeaders, type ResponseSink } from "./exchange.ts";
import { BodyText, httpFailure } from "./http-failure.ts";
import type { Transport } from "./transport.ts";

export interface RelayRequest {
  /** Sent as it is. */
  body: string;
  signal: AbortSignal;
}

/** Where a relayed answer goes, byte by byte. */
export interface RelaySink {
  /** Only for 2xx. @returns what to pause and resume the upstream by, if the reader is slow. */
  onHeaders(status: number, headers: ResponseHeaders, flow: Pick<Exchange, "pause" | "resume">): void;
  onData(chunk: Buffer): void;
  /** @param error undefined, or an UpstreamError, or the signal's reason: the answer broke off. */
  onEnd(error: unknown): void;
}

export interface Relayed {
  /** Settles when the answer has ended, however it did. Never rejects. */
  ended: Promise<unknown>;
}

/**
 * Send a chat completion on to an endpoint and its answer back, untouched: for servers that stand in front.
 * Resolves when the answer has begun.
 * @throws UpstreamError for anything but 2xx; or the signal's reason.
 */
export function relayChat(
  transport: Transport,
  endpoint: Endpoint,
  { body, signal }: RelayRequest,
  target: RelaySink,
): Promise<Relayed> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Relayed>();
  const ended = Promise.withResolvers<unknown>();
  let refusal: { status: number; headers: ResponseHeaders; body: BodyText } | undefined;
  let exchange: Exchange | undefined;
  const cancel = () => exchange?.cancel(signal.reason);
  const over = (error: unknown) => {
    signal.removeEventListener("abort", cancel);
    ended.resolve(error);
  };
  const refused = () =>
    refusal && httpFailure(endpoint, refusal.status, refusal.headers, String(refusal.body));
  const sink: ResponseSink = {
    onHeaders(status, headers) {
      if (status < 200 || status >= 300) {
        refusal = { status, headers, body: new BodyText() };
        return;
      }
      target.onHeaders(status, headers, exchange as Exchange);
      resolve({ ended: ended.promise });
    },
    onData: (chunk) => (refusal ? refusal.body.add(chunk) : target.onData(chunk)),
    onEnd() {
      const failure = refused();
      over(failure);
      if (failure) reject(failure);
      else target.onEnd(undefined);
    },
    onError(error, begun) {
      // A refusal whose body broke off is still that refusal.
      const failure = (signal.aborted ? undefined : refused()) ?? explain(endpoint, error, { begun, signal });
      over(failure);
      reject(failure);
      if (begun && !refusal) target.onEnd(failure);
    },
  };
  exchange = transport.send(
    {
      url: urlBelow(endpoint.url, "/chat/completions"),
      method: "POST",
      headers: { "content-type": "application/json", "accept-encoding": "identity", ...endpoint.headers },
      body,
    },
    sink,
  );
  signal.addEventListener("abort", cancel, { once: true });
  return promise;
}

function explain(
  endpoint: Endpoint,
  error: unknown,
  { begun, signal }: { begun: boolean; signal: AbortSignal },
): unknown {
  if (signal.aborted || error instanceof UpstreamError) return error;
  if (error instanceof IdleTimeoutError) {
    return new UpstreamError(endpoint, { kind: "idle", message: error.message, isRetryable: true });
  }
  return networkFailure(endpoint, error, begun);
}
