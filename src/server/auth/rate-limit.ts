import { ApiError } from "../errors/api-error.ts";
import type { ApiKey } from "./keys-file.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket per key: a minute's requests may come at once, then they drip. */
export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws ApiError 429 with the time until the next request is allowed. */
  take(key: ApiKey | undefined): void {
    const perMinute = key?.requestsPerMinute;
    if (!key || perMinute === undefined) return;
    const now = this.#now();
    const { tokens, at } = this.#buckets.get(key.id) ?? { tokens: perMinute, at: now };
    const filled = Math.min(perMinute, tokens + ((now - at) / 60_000) * perMinute);
    if (filled < 1) {
      this.#buckets.set(key.id, { tokens: filled, at: now });
      throw new ApiError(429, {
        message: `This key may send ${perMinute} requests a minute.`,
        code: "rate_limit_exceeded",
        retryAfter: ((1 - filled) * 60) / perMinute,
      });
    }
    this.#buckets.set(key.id, { tokens: filled - 1, at: now });
  }
}
