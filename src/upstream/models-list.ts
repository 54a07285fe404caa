import { type Endpoint, urlBelow } from "./chat-request.ts";
import { networkFailure, UpstreamError } from "./errors.ts";
import { IdleTimeoutError, type ResponseHeaders } from "./exchange.ts";
import { BodyText, httpFailure } from "./http-failure.ts";
import { completionFailure } from "./stream-error.ts";
import type { Transport } from "./transport.ts";

/** An entry of `GET /models`; servers add fields of their own, vLLM its `max_model_len`. */
export interface ListedModel {
  id: string;
  [field: string]: unknown;
}

/** One JSON request that is not a completion. @throws UpstreamError, or the signal's reason. */
export function requestJson(
  transport: Transport,
  endpoint: Endpoint,
  { url, body, signal }: { url: URL; body?: unknown; signal?: AbortSignal },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const text = new BodyText(4 * 1024 * 1024);
    let status = 0;
    let headers: ResponseHeaders = {};
    const settle = () => {
      if (status < 200 || status >= 300) reject(httpFailure(endpoint, status, headers, String(text)));
      else {
        try {
          resolve(JSON.parse(String(text)));
        } catch {
          reject(completionFailure(endpoint, "is not JSON"));
        }
      }
    };
    const exchange = transport.send(
      {
        url,
        method: body === undefined ? "GET" : "POST",
        headers: { accept: "application/json", "content-type": "application/json", ...endpoint.headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      {
        onHeaders: (code, received) => {
          status = code;
          headers = received;
        },
        onData: (chunk) => text.add(chunk),
        onEnd: settle,
        onError: (error, begun) => reject(signal?.aborted ? signal.reason : explain(endpoint, error, begun)),
      },
    );
    if (signal?.aborted) exchange.cancel(signal.reason);
    signal?.addEventListener("abort", () => exchange.cancel(signal.reason), { once: true });
  });
}

function explain(endpoint: Endpoint, error: unknown, begun: boolean): unknown {
  if (error instanceof IdleTimeoutError) {
    return new UpstreamError(endpoint, { kind: "idle", message: error.message, isRetryable: true });
  }
  return networkFailure(endpoint, error, begun);
}

/** `GET /models`. @throws UpstreamError */
export async function listModels(
  transport: Transport,
  endpoint: Endpoint,
  signal?: AbortSignal,
): Promise<ListedModel[]> {
  const url = urlBelow(endpoint.url, "/models");
  const reply = await requestJson(transport, endpoint, { url, ...(signal && { signal }) });
  const list = Array.isArray(reply) ? reply : ((reply as { data?: unknown; models?: unknown })?.data ?? []);
  if (!Array.isArray(list)) throw completionFailure(endpoint, "is not a list of models");
  return list.filter((entry): entry is ListedModel => typeof (entry as ListedModel)?.id === "string");
}
