import type { Endpoint } from "./chat-request.ts";
import { type BreakerOptions, CircuitBreaker, type CircuitState } from "./circuit-breaker.ts";

/** An endpoint's load and health, for metrics. The label holds no credentials. */
export interface EndpointStats {
  label: string;
  inFlight: number;
  /** Calls waiting for a place at any of the model's endpoints. */
  queued: number;
  limit: number;
  /** Since the model was resolved. */
  calls: number;
  failures: number;
  state: CircuitState;
}

export type CallOutcome = "success" | "failure" | "refused" | "cancelled";

/** How many calls are at an endpoint, and whether it works. */
export class EndpointLoad {
  readonly endpoint: Endpoint;
  readonly limit: number;
  readonly #breaker: CircuitBreaker;
  readonly #now: () => number;
  #inFlight = 0;
  #calls = 0;
  #failures = 0;
  #restUntil = 0;

  constructor(endpoint: Endpoint, limit: number, breaker: BreakerOptions = {}) {
    this.endpoint = endpoint;
    this.limit = limit;
    this.#breaker = new CircuitBreaker(breaker);
    this.#now = breaker.now ?? Date.now;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get healthy(): boolean {
    return this.#breaker.allows;
  }

  get hasPlace(): boolean {
    return this.#inFlight < this.limit;
  }

  /** It said that it has too much to do, and until when. */
  get resting(): boolean {
    return this.#now() < this.#restUntil;
  }

  get waitMs(): number {
    return this.#breaker.waitMs;
  }

  begin(): void {
    this.#inFlight++;
    this.#calls++;
    this.#breaker.begin();
  }

  end(outcome: CallOutcome, restMs = 0): void {
    this.#inFlight--;
    if (restMs > 0) this.#restUntil = this.#now() + restMs;
    if (outcome === "failure") {
      this.#failures++;
      this.#breaker.failed(this.#inFlight);
    } else if (outcome === "cancelled") this.#breaker.abandoned();
    else this.#breaker.succeeded();
  }

  stats(queued: number): EndpointStats {
    return {
      label: this.endpoint.label,
      inFlight: this.#inFlight,
      queued,
      limit: this.limit,
      calls: this.#calls,
      failures: this.#failures,
      state: this.#breaker.state,
    };
  }
}
