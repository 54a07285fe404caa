import { delay } from "../core/abort.ts";
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
  /** How long to wait while every circuit is open; 0 fails at once. */
  patienceMs: number;
}

/** While a probe is out, nobody needs to look more often. */
const LEAST_WAIT_MS = 100;

/**
 * One call at the best endpoint, and at another one if that could not take it. The place is given back when the
 * response has ended.
 * @throws UpstreamError of the last endpoint tried; or the signal's reason.
 */
export async function withEndpoint<T>(
  balancer: Balancer,
  { affinity, signal, patienceMs }: Wanted,
  call: (endpoint: Endpoint) => Promise<Placed<T>>,
): Promise<T> {
  const tried = new Set<EndpointLoad>();
  const until = Date.now() + patienceMs;
  for (;;) {
    const load = await acquirePatiently(balancer, { affinity, signal, tried }, until);
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

/** A place, waiting out open circuits until a time; only before anything was tried. */
async function acquirePatiently(
  balancer: Balancer,
  wanted: Parameters<Balancer["acquire"]>[0],
  until: number,
): Promise<EndpointLoad> {
  for (;;) {
    try {
      return await balancer.acquire(wanted);
    } catch (error) {
      const isOpen = error instanceof UpstreamError && error.kind === "open";
      if (!isOpen || wanted.tried.size > 0 || !balancer.hasWorked) throw error;
      const waitMs = Math.max(retryAfterMs(error) ?? 0, LEAST_WAIT_MS);
      if (Date.now() + waitMs > until) throw error;
      await delay(waitMs, wanted.signal ?? NEVER);
    }
  }
}

const NEVER = new AbortController().signal;

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
