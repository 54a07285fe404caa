import type { EndpointIdentity } from "./errors.ts";

/** One place that answers chat completions. */
export interface Endpoint extends EndpointIdentity {
  /** Base URL with its query, without user and password. */
  url: URL;
  /** Sent with every request; holds the key. */
  headers: Readonly<Record<string, string>>;
  /** Learned from a 400: this server does not know `stream_options`. */
  refusesStreamOptions: boolean;
  /** Learned from a 400: it wants `max_completion_tokens`, as OpenAI does for models that reason. */
  refusesMaxTokens?: boolean;
}

/** What the AI SDK hands to `fetch`, taken apart. */
export interface ChatRequest {
  body: Record<string, unknown>;
  headers: Record<string, string>;
  /** The SDK itself wants the stream. */
  streaming: boolean;
  signal: AbortSignal | undefined;
}

export function readChatRequest(init: RequestInit | undefined): ChatRequest {
  if (typeof init?.body !== "string")
    throw new TypeError("This fetch is for JSON requests to a chat model only.");
  const body = JSON.parse(init.body) as Record<string, unknown>;
  return {
    body,
    headers: Object.fromEntries(new Headers(init.headers)),
    streaming: body.stream === true,
    signal: init.signal ?? undefined,
  };
}

/** Always a stream: headers come early, silence can be told from work, and cancelled work is known. */
export function streamedBody(body: Record<string, unknown>, endpoint: Endpoint): string {
  const { stream: _, stream_options, max_tokens, ...rest } = body;
  const cap = endpoint.refusesMaxTokens ? { max_completion_tokens: max_tokens } : { max_tokens };
  const asked = { ...rest, ...(max_tokens !== undefined && cap), stream: true };
  if (endpoint.refusesStreamOptions) return JSON.stringify(asked);
  const options = { ...(stream_options as object | undefined), include_usage: true };
  return JSON.stringify({ ...asked, stream_options: options });
}

/** `/chat/completions` and the like, below an endpoint's base URL and with its query. */
export function urlBelow(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  return url;
}
