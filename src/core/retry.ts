import { AISDKError, APICallError } from "@ai-sdk/provider";
import { PacoreError } from "../errors.ts";
import { UnfinishedStreamError } from "./call.ts";
import type { Random } from "./random.ts";

/**
 * May the same call succeed later? What the upstream says decides. Errors of unknown kind may pass; those
 * that the SDK or we raise about the request itself will not.
 */
export function isRetryable(error: unknown): boolean {
  if (APICallError.isInstance(error)) return error.isRetryable;
  if (error instanceof UnfinishedStreamError) return true;
  if (typeof error === "object" && error !== null && "isRetryable" in error)
    return error.isRetryable === true;
  return !(AISDKError.isInstance(error) || error instanceof PacoreError);
}

export interface BackoffOptions {
  retryDelayMs: number;
  maxRetryDelayMs: number;
  random: Random;
}

/**
 * How long to wait before retry number `retry` (from 0): exponential with full jitter on its upper half, or
 * what the server's Retry-After asks for.
 * @returns Milliseconds, or undefined when the server asks for longer than `maxRetryDelayMs`.
 */
export function backoff(
  retry: number,
  error: unknown,
  { retryDelayMs, maxRetryDelayMs, random }: BackoffOptions,
): number | undefined {
  const asked = retryAfterMs(error);
  if (asked !== undefined) return asked <= maxRetryDelayMs ? asked : undefined;
  const ceiling = Math.min(retryDelayMs * 2 ** retry, maxRetryDelayMs);
  return ceiling * (0.5 + 0.5 * random());
}

/** Retry-After of a refused call: milliseconds, seconds, or a date. */
export function retryAfterMs(error: unknown, now: () => number = Date.now): number | undefined {
  if (!APICallError.isInstance(error)) return undefined;
  const headers = error.responseHeaders ?? {};
  const precise = Number.parseFloat(headers["retry-after-ms"] ?? "");
  if (precise >= 0) return precise;
  const header = headers["retry-after"]?.trim();
  if (!header) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}
