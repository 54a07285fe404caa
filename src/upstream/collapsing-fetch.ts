import type { FetchFunction } from "@ai-sdk/provider-utils";
import { completeChat, streamChat } from "./call-chat.ts";
import { type Endpoint, readChatRequest } from "./chat-request.ts";
import { Transport, type TransportOptions } from "./transport.ts";

const PATH = "/chat/completions";

export interface CollapsingFetch {
  fetch: FetchFunction;
  /** Closes the connections. */
  close(): Promise<void>;
}

/**
 * A `fetch` for `createOpenAICompatible({ fetch })` that makes `doGenerate` cheap and robust. What the SDK asks
 * for in one piece is asked from the server as a stream, watched for silence, and folded into one chat
 * completion. What the SDK asks for as a stream is passed on.
 *
 * `resolveModel` gives a model that has this and balancing besides; use this one where you build the provider
 * yourself.
 */
export function collapsingFetch(options: TransportOptions = {}): CollapsingFetch {
  const transport = new Transport(options);
  const endpoints = new Map<string, Endpoint>();
  const fetch: FetchFunction = async (input, init) => {
    const request = readChatRequest(init);
    const address = input instanceof Request ? input.url : String(input);
    const endpoint = endpoints.get(address) ?? endpointOf(address, request.headers);
    endpoints.set(address, endpoint);
    if (request.streaming) return (await streamChat(transport, endpoint, request)).response;
    const { completion, headers } = await completeChat(transport, endpoint, request);
    return new Response(JSON.stringify(completion), {
      headers: { ...headers, "content-type": "application/json" },
    });
  };
  return { fetch, close: () => transport.close() };
}

function endpointOf(address: string, headers: Record<string, string>): Endpoint {
  const url = new URL(address);
  if (!url.pathname.endsWith(PATH)) throw new TypeError(`This fetch is for ${PATH} only; use chat models.`);
  url.pathname = url.pathname.slice(0, -PATH.length);
  const label = url.origin + url.pathname;
  const secret = (headers.authorization ?? headers["api-key"] ?? "").replace(/^Bearer /, "");
  return {
    url,
    label,
    headers: {},
    secrets: [secret, ...url.searchParams.values()],
    refusesStreamOptions: false,
  };
}
