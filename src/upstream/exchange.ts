import type { Dispatcher } from "undici";
import { ResponseDecoder } from "./content-encoding.ts";
import { ReadTurn } from "./read-turn.ts";

export type ResponseHeaders = Record<string, string>;

/** Receives one HTTP response. After `onEnd` or `onError` nothing more comes. A throw ends the exchange. */
export interface ResponseSink {
  onHeaders(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** @param responseBegun whether `onHeaders` was called before. */
  onError(error: unknown, responseBegun: boolean): void;
}

/** The idle clock ticks this often per timeout; a tick without data counts, so that data costs no clock call. */
const IDLE_TICKS = 5;

/** Shared by all transports: there is one event loop. */
const turn = new ReadTurn();

export class IdleTimeoutError extends Error {
  // Not "TimeoutError": the AI SDK takes that name for the caller's own abort.
  override name = "IdleTimeoutError";
  readonly code = "IDLE_TIMEOUT";
}

/** One request and its response. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #sink: ResponseSink;
  readonly #idleTimeoutMs: number;
  #controller: Dispatcher.DispatchController | undefined;
  #decoder: ResponseDecoder | undefined;
  #timer: NodeJS.Timeout | undefined;
  #quietTicks = 0;
  #begun = false;
  #settled = false;
  #paused = false;

  constructor(sink: ResponseSink, headersTimeoutMs: number, idleTimeoutMs: number) {
    this.#sink = sink;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#timer = setTimeout(() => this.#timeOut(headersTimeoutMs), headersTimeoutMs).unref();
  }

  /** Break the connection and report `reason`. Does nothing once the response has ended. */
  cancel(reason: unknown): void {
    this.#fail(reason);
  }

  /** Let the rest of the response pass unseen so that its connection can be used again, but not for long. */
  drain(graceMs = 1000): void {
    if (this.#settled) return;
    this.#settle();
    this.#timer = setTimeout(() => this.#controller?.abort(new Error("not needed")), graceMs).unref();
  }

  pause(): void {
    this.#paused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#quietTicks = 0;
    this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Cancelled while waiting for the connection: nothing has been sent yet, and nothing will be.
    if (this.#settled) controller.abort(new Error("cancelled"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    if (this.#settled || status < 200) return;
    this.#begun = true;
    clearTimeout(this.#timer);
    this.#timer = setInterval(() => this.#tick(), this.#idleTimeoutMs / IDLE_TICKS).unref();
    const flat = flattenHeaders(headers);
    const encoding = flat["content-encoding"];
    if (encoding && encoding !== "identity") this.#decoder = this.#createDecoder(encoding);
    this.#sink.onHeaders(status, flat);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#quietTicks = 0;
    if (turn.charge(chunk.length)) this.#yield(controller);
    if (this.#settled) return;
    if (this.#decoder) this.#decoder.write(chunk);
    else this.#sink.onData(chunk);
  }

  onResponseEnd(): void {
    clearInterval(this.#timer);
    if (this.#settled) return;
    if (this.#decoder) this.#decoder.end();
    else this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #yield(controller: Dispatcher.DispatchController): void {
    controller.pause();
    turn.wait(() => {
      if (!this.#paused) controller.resume();
    });
  }

  #createDecoder(encoding: string): ResponseDecoder {
    return new ResponseDecoder(encoding, {
      onData: (chunk) => this.#guard(() => this.#sink.onData(chunk)),
      onEnd: () => this.#guard(() => this.#finish()),
      onError: (error) => this.#fail(error),
    });
  }

  // The decoder calls back outside undici, which would else catch what a sink throws.
  #guard(run: () => void): void {
    if (this.#settled) return;
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #tick(): void {
    if (this.#paused) return;
    this.#quietTicks++;
    if (this.#quietTicks >= IDLE_TICKS) this.#timeOut(this.#idleTimeoutMs);
  }

  #timeOut(ms: number): void {
    this.#fail(new IdleTimeoutError(`The model endpoint was silent for ${ms / 1000} s.`));
  }

  #finish(): void {
    if (this.#settled) return;
    this.#settle();
    this.#sink.onEnd();
  }

  #fail(error: unknown): void {
    if (this.#settled) {
      clearTimeout(this.#timer);
      return;
    }
    this.#settle();
    this.#controller?.abort(error instanceof Error ? error : new Error("cancelled"));
    this.#sink.onError(error, this.#begun);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#decoder?.destroy();
  }
}

type RawHeaders = Record<string, string | string[] | undefined>;

function flattenHeaders(headers: RawHeaders): ResponseHeaders {
  const flat: ResponseHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
