import { setTimeout as delay } from "node:timers/promises";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { watchProgress } from "../core/progress.ts";
import { startUpstream, type Upstream, type UpstreamReply } from "../testing/upstream.ts";
import type { EndpointModel, EndpointModelOptions } from "./endpoint-model.ts";
import { resolveModel } from "./resolve.ts";

const CALL: LanguageModelV4CallOptions = {
  prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
};

async function setUp(reply: UpstreamReply, options: EndpointModelOptions = {}) {
  const upstream = await startUpstream(reply);
  const model = (await resolveModel(`${upstream.url}#any`, { env: {}, ...options })) as EndpointModel;
  return {
    upstream,
    model,
    async [Symbol.asyncDispose]() {
      await model.close();
      await upstream.close();
    },
  };
}

/** Aborts and waits until the server has seen its first request closed; how fast is for the benchmark. */
async function abortAndSee(controller: AbortController, upstream: Upstream): Promise<void> {
  controller.abort();
  await upstream.until(({ requests }) => requests[0]?.cancelledAt !== undefined);
}

test("a call that is aborted before the headers leaves the server", async () => {
  await using set = await setUp({ content: "late", headersDelayMs: 60_000 });
  const controller = new AbortController();
  const call = set.model.doGenerate({ ...CALL, abortSignal: controller.signal });
  const outcome = expect(call).rejects.toMatchObject({ name: "AbortError" });
  await set.upstream.until(({ requests }) => requests.length === 1);
  await abortAndSee(controller, set.upstream);
  await outcome;
  expect(set.model.endpointStats()[0]).toMatchObject({ inFlight: 0, failures: 0 });
});

test("a call that is aborted in mid-stream leaves the server, and its progress is known", async () => {
  const content = Array.from({ length: 40 }, () => " x");
  await using set = await setUp({ content, fault: { after: 21, kind: "stall" } });
  const controller = new AbortController();
  const seen: number[] = [];
  const some = Promise.withResolvers<void>();
  watchProgress(controller.signal, ({ tokens }) => {
    seen.push(tokens);
    if (tokens >= 17) some.resolve();
  });
  const call = set.model.doGenerate({ ...CALL, abortSignal: controller.signal });
  const outcome = expect(call).rejects.toMatchObject({ name: "AbortError" });
  await some.promise;
  await abortAndSee(controller, set.upstream);
  await outcome;
  expect(seen.at(-1)).toBe(20);
});

test("a call that is aborted while it waits for a place never reaches the server", async () => {
  await using set = await setUp({ content: "late", headersDelayMs: 60_000 }, { concurrency: 1 });
  const first = new AbortController();
  const second = new AbortController();
  const outcomes = [first, second].map((controller) =>
    expect(set.model.doGenerate({ ...CALL, abortSignal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    }),
  );
  await set.upstream.until(({ requests }) => requests.length === 1);
  expect(set.model.endpointStats()[0]).toMatchObject({ inFlight: 1, queued: 1 });
  second.abort();
  await outcomes[1];
  expect(set.model.endpointStats()[0]).toMatchObject({ inFlight: 1, queued: 0 });
  first.abort();
  await outcomes[0];
  expect(set.upstream.requests).toHaveLength(1);
});

test("a stream that its reader leaves, or whose signal aborts, leaves the server", async () => {
  for (const leave of ["cancel", "abort"] as const) {
    await using set = await setUp({ content: "a b c d", fault: { after: 3, kind: "stall" } });
    const controller = new AbortController();
    const { stream } = await set.model.doStream({ ...CALL, abortSignal: controller.signal });
    const reader = stream.getReader();
    while ((await reader.read()).value?.type !== "text-delta");
    if (leave === "cancel") await reader.cancel();
    else {
      controller.abort();
      await expect(reader.read().then(() => reader.read())).rejects.toMatchObject({ name: "AbortError" });
    }
    await set.upstream.until(({ requests }) => requests[0]?.cancelledAt !== undefined);
    await delay(0);
    expect(set.model.endpointStats()[0]).toMatchObject({ inFlight: 0, failures: 0 });
  }
});

test("a call whose signal has aborted before is not made", async () => {
  await using set = await setUp({ content: "a" });
  const reason = new Error("enough");
  await expect(set.model.doGenerate({ ...CALL, abortSignal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
  expect(set.upstream.requests).toHaveLength(0);
});

test("a reason of the caller's own comes back as it is", async () => {
  await using set = await setUp({ content: "late", headersDelayMs: 60_000 });
  const controller = new AbortController();
  const reason = new Error("the deadline has passed");
  const outcome = expect(set.model.doGenerate({ ...CALL, abortSignal: controller.signal })).rejects.toBe(
    reason,
  );
  await set.upstream.until(({ requests }) => requests.length === 1);
  controller.abort(reason);
  await outcome;
});

test("progress ends with the exact count of a finished call, and costs no call per token", async () => {
  const content = Array.from({ length: 100 }, () => " x");
  await using set = await setUp({ content });
  const { signal } = new AbortController();
  const seen: number[] = [];
  watchProgress(signal, ({ tokens }) => seen.push(tokens));
  await set.model.doGenerate({ ...CALL, abortSignal: signal });
  expect(seen.at(-1)).toBe(100);
  expect(seen.length).toBeLessThan(12);
});
