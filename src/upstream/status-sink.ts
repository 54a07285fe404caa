import type { Endpoint } from "./chat-request.ts";
import { networkFailure, UpstreamError } from "./errors.ts";
import { EventTooLongError } from "./event-reader.ts";
import { type Exchange, IdleTimeoutError, type ResponseHeaders, type ResponseSink } from "./exchange.ts";
import { BodyText, httpFailure } from "./http-failure.ts";
import { completionFailure } from "./stream-error.ts";

/** Sorts responses by status, follows the caller's signal, and puts every failure into our words. */
export class StatusSink implements ResponseSink {
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
    reject: (error: unknown) => void,
    open: (headers: ResponseHeaders) => ResponseSink,
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
