import type { ProgressListener } from "../core/progress.ts";
import { ChatFold } from "./chat-fold.ts";
import type { EndpointIdentity } from "./errors.ts";
import type { ResponseHeaders, ResponseSink } from "./exchange.ts";
import { completionFailure, readErrorBody, streamFailure } from "./stream-error.ts";

/** Tokens between two reports of progress. */
const REPORT_EVERY = 16;
const MAX_BODY_BYTES = 512 * 1024 * 1024;

interface CollapseSettlement {
  resolve(completion: Record<string, unknown>): void;
  reject(error: unknown): void;
}

/**
 * Takes a successful response to a request for a stream and settles with one chat completion. A server that
 * ignores `stream` answers with that very thing.
 */
export class CollapseSink implements ResponseSink {
  readonly #endpoint: EndpointIdentity;
  readonly #settlement: CollapseSettlement;
  readonly #listener: ProgressListener | undefined;
  #fold: ChatFold | undefined;
  #plain: Buffer[] | undefined;
  #bytes = 0;
  #reported = 0;
  #finished = false;

  constructor(
    endpoint: EndpointIdentity,
    settlement: CollapseSettlement,
    listener: ProgressListener | undefined,
  ) {
    this.#endpoint = endpoint;
    this.#settlement = settlement;
    this.#listener = listener;
  }

  onHeaders(_status: number, _headers: ResponseHeaders): void {}

  onData(chunk: Buffer): void {
    if (this.#finished) return;
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BODY_BYTES) throw completionFailure(this.#endpoint, "is too large");
    // What the body is shows in its first byte; content types are not to be trusted.
    if (!this.#fold && !this.#plain) {
      if (looksLikeEvents(chunk)) this.#fold = new ChatFold(this.#endpoint);
      else this.#plain = [];
    }
    if (this.#fold) this.#push(this.#fold, chunk);
    else this.#plain?.push(chunk);
  }

  onEnd(): void {
    if (this.#finished) return;
    this.#finished = true;
    try {
      const plain = this.#plain ?? [];
      const completion = this.#fold?.finish() ?? readCompletion(this.#endpoint, Buffer.concat(plain));
      this.#report();
      this.#settlement.resolve(completion);
    } catch (error) {
      this.#report();
      this.#settlement.reject(error);
    }
  }

  onError(error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#report();
    this.#settlement.reject(error);
  }

  #push(fold: ChatFold, chunk: Buffer): void {
    fold.push(chunk);
    if (this.#listener && fold.tokens - this.#reported >= (this.#reported === 0 ? 1 : REPORT_EVERY))
      this.#report();
    // Not every server closes its stream after the end.
    if (fold.done) this.onEnd();
  }

  #report(): void {
    const tokens = this.#fold?.tokens ?? 0;
    if (!this.#listener || tokens === this.#reported) return;
    this.#reported = tokens;
    this.#listener({ tokens });
  }
}

/**
 * The body of a server that ignored `stream`.
 * @throws UpstreamError unless it is a chat completion.
 */
export function readCompletion(endpoint: EndpointIdentity, bytes: Buffer): Record<string, unknown> {
  const body = parseObject(bytes.toString("utf8"));
  if (!body) throw completionFailure(endpoint, "is not a chat completion");
  const error = readErrorBody(body);
  if (error) throw streamFailure(endpoint, error);
  if (!Array.isArray(body.choices) || body.choices.length === 0) {
    throw completionFailure(endpoint, "holds no choices");
  }
  return body;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** By the body's first byte. */
export function looksLikeEvents(chunk: Buffer): boolean {
  const first = chunk
    .toString("latin1", 0, 64)
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  return !/^[{[<]/.test(first);
}
