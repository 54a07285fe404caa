export type CircuitState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  /** Consecutive failures that open the circuit. */
  failureThreshold?: number;
  /** How long it first stays open; doubles with every failed probe. */
  openMs?: number;
  maxOpenMs?: number;
  now?: () => number;
}

/**
 * Keeps calls from an endpoint that does not work. After several failures in a row none is let through; after a
 * while a single one is, as a probe, and its outcome decides.
 */
export class CircuitBreaker {
  readonly #threshold: number;
  readonly #firstOpenMs: number;
  readonly #maxOpenMs: number;
  readonly #now: () => number;
  #failures = 0;
  #openMs: number;
  #openUntil: number | undefined;
  #probing = false;

  constructor({
    failureThreshold = 5,
    openMs = 1000,
    maxOpenMs = 30_000,
    now = Date.now,
  }: BreakerOptions = {}) {
    this.#threshold = failureThreshold;
    this.#firstOpenMs = openMs;
    this.#openMs = openMs;
    this.#maxOpenMs = maxOpenMs;
    this.#now = now;
  }

  get state(): CircuitState {
    if (this.#openUntil === undefined) return "closed";
    return this.#probing || this.#now() >= this.#openUntil ? "half-open" : "open";
  }

  /** May a call be made now? */
  get allows(): boolean {
    if (this.#openUntil === undefined) return true;
    return !this.#probing && this.#now() >= this.#openUntil;
  }

  /** Milliseconds until a call may be made again; 0 when one may. */
  get waitMs(): number {
    if (this.allows || this.#openUntil === undefined) return 0;
    return Math.max(1, this.#openUntil - this.#now());
  }

  /** A call begins. */
  begin(): void {
    if (this.#openUntil !== undefined) this.#probing = true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#probing = false;
    this.#openUntil = undefined;
    this.#openMs = this.#firstOpenMs;
  }

  /**
   * A call failed, with `inFlight` others still going. It opens only once failures outnumber those: of many calls
   * sent at once to an overloaded server, the first to come back are the refused ones.
   */
  failed(inFlight = 0): void {
    this.#failures++;
    const probed = this.#probing;
    this.#probing = false;
    // Calls begun before it opened fail too; they must not keep prolonging it.
    if (this.#openUntil !== undefined && !probed) return;
    if (!probed && (this.#failures < this.#threshold || this.#failures <= inFlight)) return;
    if (probed) this.#openMs = Math.min(this.#openMs * 2, this.#maxOpenMs);
    this.#openUntil = this.#now() + this.#openMs;
  }

  /** The call ended without saying anything about the endpoint: it was cancelled. */
  abandoned(): void {
    this.#probing = false;
  }
}
