import { ApiError } from "../errors/api-error.ts";

export interface FairQueueOptions {
  /** Upstream calls at once. */
  capacity: number;
  /** Requests that may wait. */
  maxWaiting: number;
  /** A request that has not started by then is told to come back. */
  maxWaitMs: number;
}

export interface Admission {
  keyId: string;
  /** Upstream calls that it makes at once. */
  calls: number;
  signal: AbortSignal;
  /** Requests that this key may have running; waiting ones do not count. */
  keyConcurrency?: number | undefined;
  /** Wait however long it takes. */
  patient?: boolean | undefined;
  /** It was let in before, in an earlier life of the server. */
  again?: boolean | undefined;
}

export interface Ticket {
  /** Resolves when the request may start; rejects with an ApiError, or with the signal's reason. */
  ready: Promise<void>;
  /** Give the place back, started or not. Later calls do nothing. */
  release(): void;
}

interface Waiting {
  /** Order of arrival. */
  number: number;
  calls: number;
  start(): void;
}

interface Lane {
  waiting: Waiting[];
  inUse: number;
  running: number;
}

/**
 * A bounded waiting room in front of the upstreams. The next place goes to the key that uses least right now,
 * so that a key with a thousand requests does not keep out one with a single one; within a key, first come,
 * first served. A wide request at the head waits for its room: narrow ones do not overtake it for ever.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #lanes = new Map<string, Lane>();
  #inUse = 0;
  #waiting = 0;
  #arrivals = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** @throws ApiError 429 or 503 at once, when there is no room even to wait. */
  enter({ keyId, calls, signal, keyConcurrency, patient = false, again = false }: Admission): Ticket {
    const weight = Math.min(calls, this.#options.capacity);
    const lane = this.#lane(keyId);
    if (!again && keyConcurrency !== undefined && lane.running + lane.waiting.length >= keyConcurrency) {
      this.#drop(keyId, lane);
      throw new ApiError(429, {
        message: `This key may have ${keyConcurrency} requests running at once.`,
        code: "concurrency_limit_exceeded",
        retryAfter: 1,
      });
    }
    const free = this.#waiting === 0 && this.#inUse + weight <= this.#options.capacity;
    if (!again && !free && this.#isFull(lane)) {
      this.#drop(keyId, lane);
      throw overloaded("The server has as many requests waiting as it allows.");
    }
    return this.#wait(keyId, lane, { calls: weight, signal, patient });
  }

  #wait(
    keyId: string,
    lane: Lane,
    { calls: weight, signal, patient }: Pick<Admission, "calls" | "signal"> & { patient: boolean },
  ): Ticket {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let state: "waiting" | "running" | "over" = "waiting";
    const entry: Waiting = {
      number: this.#arrivals++,
      calls: weight,
      start: () => {
        state = "running";
        unhook();
        lane.running++;
        lane.inUse += weight;
        this.#inUse += weight;
        resolve();
      },
    };
    const release = () => {
      unhook();
      if (state === "running") {
        lane.running--;
        lane.inUse -= weight;
        this.#inUse -= weight;
      } else if (state === "waiting") this.#remove(lane, entry);
      if (state === "over") return;
      state = "over";
      this.#drop(keyId, lane);
      this.#startNext();
    };
    const give = (reason: unknown) => {
      if (state !== "waiting") return;
      release();
      reject(reason);
    };
    const tooLate = () => give(overloaded("The request waited too long for its turn."));
    const timer = patient ? undefined : setTimeout(tooLate, this.#options.maxWaitMs);
    const onAbort = () => give(signal.reason);
    const unhook = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    lane.waiting.push(entry);
    this.#waiting++;
    if (signal.aborted) onAbort();
    else this.#startNext();
    promise.catch(() => {});
    return { ready: promise, release };
  }

  /** A key below its share of a full room may still come in, or one key's crowd would shut the door to all. */
  #isFull(lane: Lane): boolean {
    const { maxWaiting } = this.#options;
    if (this.#waiting < maxWaiting) return false;
    return (
      this.#waiting >= 2 * maxWaiting || lane.waiting.length >= Math.floor(maxWaiting / this.#lanes.size)
    );
  }

  #startNext(): void {
    for (;;) {
      let next: Lane | undefined;
      for (const lane of this.#lanes.values()) {
        if (lane.waiting.length > 0 && (!next || isBefore(lane, next))) next = lane;
      }
      const entry = next?.waiting[0];
      if (!next || !entry || this.#inUse + entry.calls > this.#options.capacity) return;
      this.#remove(next, entry);
      entry.start();
    }
  }

  #remove(lane: Lane, entry: Waiting): void {
    const at = lane.waiting.indexOf(entry);
    if (at < 0) return;
    lane.waiting.splice(at, 1);
    this.#waiting--;
  }

  #lane(keyId: string): Lane {
    let lane = this.#lanes.get(keyId);
    if (!lane) {
      lane = { waiting: [], inUse: 0, running: 0 };
      this.#lanes.set(keyId, lane);
    }
    return lane;
  }

  #drop(keyId: string, lane: Lane): void {
    if (lane.waiting.length === 0 && lane.running === 0) this.#lanes.delete(keyId);
  }
}

/** Uses less; of equals, the one whose first request came first. */
function isBefore(a: Lane, b: Lane): boolean {
  if (a.inUse !== b.inUse) return a.inUse < b.inUse;
  return (a.waiting[0] as Waiting).number < (b.waiting[0] as Waiting).number;
}

function overloaded(message: string): ApiError {
  return new ApiError(503, { message, code: "overloaded", retryAfter: 2 });
}
