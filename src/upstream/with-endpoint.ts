import { retryAfterMs } from "../core/retry.ts";
import type { Balancer } from "./balance.ts";
import type { Endpoint } from "./chat-request.ts";
import type { CallOutcome, EndpointLoad } from "./endpoints.ts";
import { type FailureKind, UpstreamError } from "./errors.ts";

interface Placed<T> {
  value: T;
  /** When the last byte has come: undefined, or what broke it. Never rejects. */
  ended: Promise<unknown>;
}

interface Wanted {
  affinity: string;
  signal: AbortSignal | undefined;
}

/**
 * One call at the best endpoint, and at another one if that could not take it. The place is given back when the
 * response has ended.
 * @throws UpstreamError of the last endpoint tried; or the signal's reason.
 */
export async function withEndpoint<T>(
  balancer: Balancer,
  { affinity, signal }: Wanted,
  call: (endpoint: Endpoint) => Promise<Placed<T>>,
): Promise<T> {
  const tried = new Set<EndpointLoad>();
  for (;;) {
    const load = await balancer.acquire({ affinity, signal, tried });
    try {
      const { value, ended } = await call(load.endpoint);
      void ended.then((error) =>
        balancer.release(load, error === undefined ? "success" : outcomeOf(error, signal)),
      );
      return value;
    } catch (error) {
      balancer.release(load, outcomeOf(error, signal), restAfter(error));
      tried.add(load);
      if (!isWorthElsewhere(error) || !balancer.hasOther(tried)) throw error;
    }
  }
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
