import { hash } from "node:crypto";
import type { Endpoint } from "./chat-request.ts";
import type { BreakerOptions } from "./circuit-breaker.ts";
import { EndpointLoad, type EndpointStats } from "./endpoints.ts";
import { UpstreamError } from "./errors.ts";

/**
 * Calls at once per endpoint. As many as a large inference server takes in a batch; a smaller one queues the
 * rest itself. Lower it for hosted APIs that count parallel calls.
 */
export const DEFAULT_CONCURRENCY = 1024;
/**
 * How long calls wait while every endpoint that worked before is known to fail: a server that restarts is back
 * within this, and no trajectory has to spend its retries on calls that were never sent.
 */
export const DEFAULT_PATIENCE_MS = 60_000;
/** An endpoint may have this many more calls than its fair share before equal prompts go elsewhere. */
const AFFINITY_SLACK = 8;
const AFFINITY_FACTOR = 1.25;

export interface BalanceOptions {
  /** Calls at once per endpoint; further ones wait, first come, first served. */
  concurrency?: number;
  breaker?: BreakerOptions;
  /** How long a call may wait for any endpoint to work again; 0 fails at once. */
  patienceMs?: number;
}

interface Wanted {
  /** Equal for equal prompts. */
  affinity: string;
  signal: AbortSignal | undefined;
  /** Endpoints where this call has failed already. */
  tried: ReadonlySet<EndpointLoad>;
}

interface Waiter extends Wanted {
  enter(load: EndpointLoad): void;
  fail(error: unknown): void;
}

/**
 * Spreads calls over the endpoints that serve one model. Equal prompts go to the same endpoint, whose prefix cache
 * then has them, as long as it has no more than a little above its fair share of all calls; the order of the
 * others is the prompt's own (rendezvous hashing), so that those that spill over stay together too.
 */
export class Balancer {
  readonly patienceMs: number;
  readonly #loads: readonly EndpointLoad[];
  readonly #waiting = new Set<Waiter>();
  #closed = false;
  #worked = false;

  constructor(
    endpoints: readonly Endpoint[],
    { concurrency = DEFAULT_CONCURRENCY, breaker, patienceMs = DEFAULT_PATIENCE_MS }: BalanceOptions = {},
  ) {
    this.patienceMs = patienceMs;
    this.#loads = endpoints.map((endpoint) => new EndpointLoad(endpoint, concurrency, breaker));
  }

  /** How many endpoints there are. */
  get size(): number {
    return this.#loads.length;
  }

  /** Has any call ever succeeded? What never did is more likely a wrong address than a restart. */
  get hasWorked(): boolean {
    return this.#worked;
  }

  stats(): EndpointStats[] {
    return this.#loads.map((load) => load.stats(this.#waiting.size));
  }

  /** Is there an endpoint that this call has not tried and that would take it? */
  hasOther(tried: ReadonlySet<EndpointLoad>): boolean {
    return this.#loads.some((load) => !tried.has(load) && load.healthy);
  }

  /**
   * Wait for a place. The caller must call `begin`'s counterpart, {@link release}, when the call has ended.
   * @throws UpstreamError, retryable, when no endpoint works; or the signal's reason.
   */
  async acquire(wanted: Wanted): Promise<EndpointLoad> {
    wanted.signal?.throwIfAborted();
    if (this.#closed) throw new Error("The model has been closed.");
    const healthy = this.#loads.filter((load) => load.healthy && !wanted.tried.has(load));
    if (healthy.length === 0) throw this.#allDown();
    const load = this.#choose(healthy, wanted.affinity) ?? (await this.#queue(wanted));
    return load;
  }

  release(load: EndpointLoad, outcome: Parameters<EndpointLoad["end"]>[0], restMs = 0): void {
    load.end(outcome, restMs);
    this.#worked ||= outcome === "success";
    for (const waiter of this.#waiting) {
      const open = this.#loads.filter((candidate) => candidate.healthy && !waiter.tried.has(candidate));
      const chosen = this.#choose(open, waiter.affinity);
      if (chosen) waiter.enter(chosen);
      else if (open.length === 0 && !this.#mayRecover(waiter)) waiter.fail(this.#allDown());
      if (!this.#loads.some((candidate) => candidate.hasPlace)) break;
    }
  }

  /** Turns away whoever waits. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.fail(new Error("The model has been closed."));
  }

  // A probe under way: what waits is let in, or turned away, when it ends.
  #mayRecover({ tried }: Wanted): boolean {
    return this.#loads.some((load) => !tried.has(load) && load.inFlight > 0);
  }

  /** Begins a call at the best endpoint that has a place. */
  #choose(candidates: readonly EndpointLoad[], affinity: string): EndpointLoad | undefined {
    const rested = candidates.filter((load) => !load.resting);
    const free = (rested.length > 0 ? rested : candidates).filter((load) => load.hasPlace);
    const chosen = free.length < 2 ? free[0] : this.#byAffinity(free, affinity);
    chosen?.begin();
    return chosen;
  }

  #byAffinity(free: readonly EndpointLoad[], affinity: string): EndpointLoad | undefined {
    const total = free.reduce((sum, load) => sum + load.inFlight, 0);
    const bound = AFFINITY_SLACK + AFFINITY_FACTOR * (total / free.length);
    const score = (load: EndpointLoad) => hash("sha1", `${affinity} ${load.endpoint.label}`);
    const scored = free.map((load) => ({ load, score: score(load) }));
    const ordered = scored.sort((a, b) => (a.score < b.score ? -1 : 1)).map(({ load }) => load);
    return ordered.find((load) => load.inFlight < bound) ?? leastLoaded(free);
  }

  #queue(wanted: Wanted): Promise<EndpointLoad> {
    return new Promise((resolve, reject) => {
      const { signal } = wanted;
      const leave = () => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener("abort", cancel);
      };
      const cancel = () => {
        leave();
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        ...wanted,
        enter: (load) => {
          leave();
          resolve(load);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  #allDown(): UpstreamError {
    const waits = this.#loads.map((load) => load.waitMs);
    const identity = this.#loads[0]?.endpoint ?? { label: "http://none", secrets: [] };
    return new UpstreamError(identity, {
      kind: "open",
      message: "The model endpoint has failed several times in a row and is left alone for a moment.",
      isRetryable: true,
      statusCode: 503,
      responseHeaders: { "retry-after-ms": String(Math.max(1, Math.min(...waits))) },
    });
  }
}

function leastLoaded(loads: readonly EndpointLoad[]): EndpointLoad | undefined {
  return loads.toSorted((a, b) => a.inFlight - b.inFlight)[0];
}

/** What is equal for the equal prompts of a round: the request without what makes its samples differ. */
export function affinityOf(balancer: Balancer, body: Record<string, unknown>): string {
  return balancer.size > 1 ? hash("sha1", JSON.stringify({ ...body, seed: undefined })) : "";
}
