import type { FetchFunction } from "@ai-sdk/provider-utils";
import { retryAfterMs } from "../core/retry.ts";
import { affinityOf, type Balancer } from "./balance.ts";
import { type ChatReply, callChat } from "./call-chat.ts";
import { readChatRequest } from "./chat-request.ts";
import type { CallOutcome, EndpointLoad } from "./endpoints.ts";
import { type FailureKind, UpstreamError } from "./errors.ts";
import type { Transport } from "./transport.ts";

/** A collapsing fetch over several endpoints. The URL it is given does not matter; keys are added here. */
export function balancedFetch(transport: Transport, balancer: Balancer, endpoints: number): FetchFunction {
  return async (_url, init) => {
    const request = readChatRequest(init);
    const { signal } = request;
    const affinity = endpoints > 1 ? affinityOf(request.body) : "";
    const tried = new Set<EndpointLoad>();
    for (;;) {
      const load = await balancer.acquire({ affinity, signal, tried });
      try {
        const reply = await callChat(transport, load.endpoint, request);
        releaseAtEnd(balancer, load, reply, signal);
        return reply.response;
      } catch (error) {
        balancer.release(load, outcomeOf(error, signal), restAfter(error));
        tried.add(load);
        if (!isWorthElsewhere(error) || !balancer.hasOther(tried)) throw error;
      }
    }
  };
}

function releaseAtEnd(
  balancer: Balancer,
  load: EndpointLoad,
  { ended }: ChatReply,
  signal: AbortSignal | undefined,
): void {
  void ended.then((error) =>
    balancer.release(load, error === undefined ? "success" : outcomeOf(error, signal)),
  );
}

const BROKEN: ReadonlySet<FailureKind> = new Set(["connect", "reset", "idle", "unfinished"]);

/** What a failed call says about the endpoint: an answer, even a refusal, is a sign of life. */
function outcomeOf(error: unknown, signal?: AbortSignal): CallOutcome {
  if (!(error instanceof UpstreamError))
    return signal?.aborted || error instanceof DOMException ? "cancelled" : "failure";
  if (BROKEN.has(error.kind)) return "failure";
  return (error.statusCode ?? 0) >= 500 ? "failure" : "refused";
}

/** Only before anything was generated: what breaks later has cost something and is the caller's to count. */
function isWorthElsewhere(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  if (error.kind === "http") return error.isRetryable;
  return error.kind === "connect" || (error.kind === "reset" && !error.begun);
}

const REST_MS = 1000;

function restAfter(error: unknown): number {
  if (!(error instanceof UpstreamError) || error.statusCode !== 429) return 0;
  return retryAfterMs(error) ?? REST_MS;
}
