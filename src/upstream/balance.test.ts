import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { startUpstream, type Upstream, type UpstreamScript } from "../testing/upstream.ts";
import { Balancer } from "./balance.ts";
import type { EndpointModel, EndpointModelOptions } from "./endpoint-model.ts";
import type { EndpointLoad } from "./endpoints.ts";
import { resolveModel } from "./resolve.ts";

const endpoint = (label: string) => ({
  url: new URL(label),
  label,
  headers: {},
  secrets: [],
  refusesStreamOptions: false,
});
const NONE: ReadonlySet<EndpointLoad> = new Set();
const HOSTS = ["http://a/v1", "http://b/v1", "http://c/v1"];

const call = (text: string, seed?: number): LanguageModelV4CallOptions => ({
  prompt: [{ role: "user", content: [{ type: "text", text }] }],
  ...(seed === undefined ? {} : { seed }),
});

async function setUp(scripts: UpstreamScript[], options: EndpointModelOptions = {}) {
  const upstreams = await Promise.all(scripts.map((script) => startUpstream({ script })));
  const reference = `${upstreams.map((upstream) => upstream.url).join(",")}#any`;
  const model = (await resolveModel(reference, { env: {}, ...options })) as EndpointModel;
  return {
    upstreams: upstreams as [Upstream, Upstream],
    model,
    async [Symbol.asyncDispose]() {
      await model.close();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    },
  };
}

const text = async (model: EndpointModel, options: LanguageModelV4CallOptions) => {
  const { content } = await model.doGenerate(options);
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
};

test("equal prompts stay together, different ones spread", async () => {
  const balancer = new Balancer(HOSTS.map(endpoint));
  const place = async (affinity: string) => {
    const load = await balancer.acquire({ affinity, signal: undefined, tried: NONE });
    balancer.release(load, "success");
    return load.endpoint.label;
  };
  const same = new Set<string>();
  for (let i = 0; i < 20; i++) same.add(await place("one prompt"));
  expect(same.size).toBe(1);
  const many = new Set<string>();
  for (let i = 0; i < 60; i++) many.add(await place(`prompt ${i}`));
  expect(many.size).toBe(3);
});

test("equal prompts spill over to as few endpoints as the load allows", async () => {
  const balancer = new Balancer(HOSTS.map(endpoint));
  const placed: string[] = [];
  const used: number[] = [];
  for (let i = 0; i < 300; i++) {
    placed.push((await balancer.acquire({ affinity: "p", signal: undefined, tried: NONE })).endpoint.label);
    used.push(new Set(placed).size);
  }
  expect(used[7]).toBe(1);
  expect(used[59]).toBe(2);
  expect(used[299]).toBe(3);
  const loads = balancer.stats().map((stats) => stats.inFlight);
  expect(Math.max(...loads)).toBeLessThanOrEqual(8 + 1.25 * 100);
});

test("places are given first come, first served, and never more than the limit", async () => {
  const balancer = new Balancer([endpoint("http://a/v1")], { concurrency: 2 });
  const order: number[] = [];
  const held: EndpointLoad[] = [];
  const waits = [0, 1, 2, 3, 4].map(async (i) => {
    held.push(await balancer.acquire({ affinity: "", signal: undefined, tried: NONE }));
    order.push(i);
  });
  await waits[1];
  expect(balancer.stats()[0]).toMatchObject({ inFlight: 2, queued: 3 });
  for (let i = 2; i < 5; i++) {
    balancer.release(held[0] as EndpointLoad, "success");
    await waits[i];
    expect(balancer.stats()[0]?.inFlight).toBe(2);
  }
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

test("what waits for an endpoint that breaks is turned away, not left waiting", async () => {
  const balancer = new Balancer([endpoint("http://a/v1")], {
    concurrency: 1,
    breaker: { failureThreshold: 1 },
  });
  const load = await balancer.acquire({ affinity: "", signal: undefined, tried: NONE });
  const waiting = balancer.acquire({ affinity: "", signal: undefined, tried: NONE });
  const outcome = expect(waiting).rejects.toMatchObject({ kind: "open", isRetryable: true });
  balancer.release(load, "failure");
  await outcome;
  const refused = balancer.acquire({ affinity: "", signal: undefined, tried: NONE });
  await expect(refused).rejects.toMatchObject({
    responseHeaders: { "retry-after-ms": expect.stringMatching(/^\d+$/) },
  });
});

test("the samples of one round differ in their seeds and go to one endpoint", async () => {
  await using set = await setUp([{ content: "a" }, { content: "a" }]);
  for (let seed = 0; seed < 6; seed++) await set.model.doGenerate(call("the same", seed));
  expect(set.upstreams.map(({ requests }) => requests.length).sort()).toEqual([0, 6]);
});

test("the limit of an endpoint holds for all calls of the model", async () => {
  await using set = await setUp([{ content: "a b c", chunkDelayMs: 2 }], { concurrency: 3 });
  await Promise.all(Array.from({ length: 20 }, (_, i) => set.model.doGenerate(call(`prompt ${i}`))));
  expect(set.upstreams[0].peak).toBe(3);
  expect(set.model.endpointStats()[0]).toMatchObject({ inFlight: 0, queued: 0, calls: 20, limit: 3 });
});

test.each([
  ["a 503", { status: 503 }],
  ["a 429", { status: 429, headers: { "retry-after": "60" } }],
])("a call goes to the other endpoint after %s", async (_, reply) => {
  await using set = await setUp([reply, { content: "from b" }]);
  for (let i = 0; i < 10; i++) expect(await text(set.model, call(`prompt ${i}`))).toBe("from b");
});

test("a call goes to the other endpoint when one is gone, and a dead one is soon not asked any more", async () => {
  // On a slow machine its time would come again.
  const breaker = { now: () => 0 };
  await using set = await setUp([{ content: "from a" }, { content: "from b" }], { breaker });
  await set.upstreams[0].close();
  for (let i = 0; i < 40; i++) expect(await text(set.model, call(`prompt ${i}`))).toBe("from b");
  const [dead, alive] = set.model.endpointStats();
  expect(dead).toMatchObject({ state: "open", calls: 5, failures: 5 });
  expect(alive).toMatchObject({ state: "closed", calls: 40, failures: 0 });
});

test("a refusal that another endpoint would repeat is not tried there", async () => {
  await using set = await setUp([{ status: 400 }, { status: 400 }]);
  await expect(set.model.doGenerate(call("x"))).rejects.toMatchObject({ statusCode: 400 });
  expect(set.upstreams.flatMap(({ requests }) => requests)).toHaveLength(1);
});

test("what breaks after tokens were generated is the caller's to repeat", async () => {
  const reply = { content: "a b c", fault: { after: 2, kind: "reset" as const } };
  await using set = await setUp([reply, reply]);
  await expect(set.model.doGenerate(call("x"))).rejects.toMatchObject({ kind: "reset", begun: true });
  expect(set.upstreams.flatMap(({ requests }) => requests)).toHaveLength(1);
});

test("an endpoint that works again is used again", async () => {
  const clock = { now: 0 };
  await using set = await setUp([{ status: 500 }], {
    breaker: { failureThreshold: 2, openMs: 100, now: () => clock.now },
  });
  for (let i = 0; i < 2; i++)
    await expect(set.model.doGenerate(call("x"))).rejects.toMatchObject({ statusCode: 500 });
  await expect(set.model.doGenerate(call("x"))).rejects.toMatchObject({ kind: "open" });
  set.upstreams[0].script = { content: "back" };
  clock.now = 100;
  expect(await text(set.model, call("x"))).toBe("back");
  expect(set.upstreams[0].requests).toHaveLength(3);
});

test("calls wait while an endpoint that worked is known to fail, and go when it works again", async () => {
  await using set = await setUp([{ content: "fine" }], { breaker: { failureThreshold: 1, openMs: 20 } });
  await set.model.doGenerate(call("x"));
  set.upstreams[0].script = { status: 500 };
  await expect(set.model.doGenerate(call("x"))).rejects.toMatchObject({ statusCode: 500 });
  set.upstreams[0].script = { content: "back" };
  const waiting = Array.from({ length: 20 }, (_, i) => text(set.model, call(`x${i}`)));
  expect(await Promise.all(waiting)).toEqual(Array(20).fill("back"));
});

test("a waiting call can be cancelled", async () => {
  await using set = await setUp([{ content: "fine" }], { breaker: { failureThreshold: 1, openMs: 30_000 } });
  await set.model.doGenerate(call("x"));
  set.upstreams[0].script = { status: 500 };
  await expect(set.model.doGenerate(call("x"))).rejects.toMatchObject({ statusCode: 500 });
  const controller = new AbortController();
  const waiting = set.model.doGenerate({ ...call("x"), abortSignal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("a burst of refusals out of many calls in flight does not close an endpoint", async () => {
  let count = 0;
  const script = () => (count++ < 29 ? { status: 503 } : { content: "ok" });
  await using set = await setUp([script as UpstreamScript]);
  const calls = await Promise.allSettled(Array.from({ length: 200 }, () => text(set.model, call("x"))));
  expect(calls.filter(({ status }) => status === "rejected")).toHaveLength(29);
});
