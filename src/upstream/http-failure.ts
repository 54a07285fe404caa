import { type EndpointIdentity, isRetryableStatus, UpstreamError } from "./errors.ts";
import type { ResponseHeaders } from "./exchange.ts";
import { readErrorBody } from "./stream-error.ts";

/** As much of an error's body as is worth keeping. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_KEPT_CHARACTERS = 2000;
/** The headers that a caller may act on or report; others can hold cookies or internal names. */
const KEPT_HEADERS = /^(retry-after(-ms)?|x-request-id|request-id|x-ratelimit-.*|content-type|date)$/;

const STATUS_ADVICE: Record<number, string> = {
  401: "The model endpoint refused the key (401); set PACORE_API_KEY or the key of this endpoint.",
  403: "The model endpoint does not allow this key to do this (403).",
  404: "The model endpoint knows no such model or path (404); check the model's name and the base URL.",
  413: "The model endpoint says the request is too large (413).",
  429: "The model endpoint says the rate limit is reached (429).",
};

/** The error for a response whose status is not 2xx. */
export function httpFailure(
  endpoint: EndpointIdentity,
  status: number,
  headers: ResponseHeaders,
  body: string,
): UpstreamError {
  const error = readErrorBody(parse(body), "error");
  const said = error ? ` It said: ${error.message}` : "";
  const redirect = status >= 300 && status < 400 && headers.location;
  const what = redirect
    ? `The model endpoint redirects elsewhere (${status}); use the address it redirects to as base URL.`
    : (STATUS_ADVICE[status] ?? `The model endpoint answered with status ${status}.`);
  return new UpstreamError(endpoint, {
    kind: "http",
    message: what + said,
    statusCode: status,
    responseHeaders: keptHeaders(headers),
    responseBody: body.slice(0, MAX_KEPT_CHARACTERS),
    isRetryable: isRetryableStatus(status),
    data: error && { type: error.type },
  });
}

/** Without framing headers (the body is decoded here) and without cookies. */
export function keptHeaders(headers: ResponseHeaders): ResponseHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT_HEADERS.test(name)));
}

/** Collects the beginning of a body. */
export class BodyText {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(limit = MAX_ERROR_BYTES) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    if (this.#bytes >= this.#limit) return;
    this.#bytes += chunk.length;
    this.#chunks.push(Buffer.from(chunk));
  }

  toString(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
