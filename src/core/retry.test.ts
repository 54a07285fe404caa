import { APICallError, InvalidPromptError } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { PacoreError } from "../errors.ts";
import { UnfinishedStreamError } from "./call.ts";
import { backoff, isRetryable, retryAfterMs } from "./retry.ts";

function apiError(statusCode: number, responseHeaders: Record<string, string> = {}): APICallError {
  return new APICallError({
    message: "no",
    url: "http://x",
    requestBodyValues: {},
    statusCode,
    responseHeaders,
  });
}

test("what the upstream calls passing is asked again, what it refuses is not", () => {
  expect([408, 409, 429, 500, 503].map((code) => isRetryable(apiError(code)))).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect([400, 401, 403, 404, 422].map((code) => isRetryable(apiError(code)))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("errors about the request itself will not pass; unknown ones may", () => {
  expect(isRetryable(new InvalidPromptError({ prompt: "", message: "bad" }))).toBe(false);
  expect(isRetryable(new PacoreError("bad"))).toBe(false);
  expect(isRetryable(new UnfinishedStreamError())).toBe(true);
  expect(isRetryable(new TypeError("fetch failed"))).toBe(true);
  expect(isRetryable("odd")).toBe(true);
});

test("Retry-After is read in milliseconds, seconds, or as a date", () => {
  expect(retryAfterMs(apiError(429, { "retry-after-ms": "250" }))).toBe(250);
  expect(retryAfterMs(apiError(429, { "retry-after": "2" }))).toBe(2000);
  expect(retryAfterMs(apiError(429, { "retry-after": "Thu, 01 Jan 1970 00:00:05 GMT" }), () => 1000)).toBe(
    4000,
  );
  expect(retryAfterMs(apiError(429, { "retry-after": "Thu, 01 Jan 1970 00:00:05 GMT" }), () => 9000)).toBe(0);
  expect(retryAfterMs(apiError(429, { "retry-after": "soon" }))).toBeUndefined();
  expect(retryAfterMs(new Error("no"))).toBeUndefined();
});

test("delays double up to their limit, with jitter on their upper half", () => {
  const options = { retryDelayMs: 100, maxRetryDelayMs: 500 };
  expect([0, 1, 2, 3].map((n) => backoff(n, undefined, { ...options, random: () => 1 }))).toEqual([
    100, 200, 400, 500,
  ]);
  expect(backoff(1, undefined, { ...options, random: () => 0 })).toBe(100);
  expect(backoff(0, apiError(429, { "retry-after": "9" }), { ...options, random: () => 0 })).toBeUndefined();
});
