import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { UpstreamRequest } from "../../src/testing/upstream.ts";
import { served } from "../support/served.ts";

const messages = [{ role: "user" as const, content: "?" }];
const CHAT = "/v1/chat/completions";
const SLOW = ({ body }: UpstreamRequest) => ({
  content: "a b c d e f",
  [body.stream ? "chunkDelayMs" : "headersDelayMs"]: 60_000,
});

/** Ask, hang up as soon as `calls` upstream calls are under way, and wait until all are gone. @returns those cancelled. */
async function hangUp(body: object, calls: number): Promise<number> {
  await using s = await served({ script: SLOW });
  const asked = request(s.server.url + CHAT, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  asked.on("error", () => {});
  asked.end(JSON.stringify({ messages, ...body }));
  await s.upstream.until(({ inFlight }) => inFlight === calls);
  asked.destroy();
  await s.upstream.until(({ inFlight }) => inFlight === 0);
  await expect.poll(() => s.server.service.observer.metrics.activeRuns).toBe(0);
  return s.upstream.requests.filter(({ cancelledAt }) => cancelledAt !== undefined).length;
}

// How soon, bench/server.ts measures: a busy machine's stalls are none of the server's.
test("a client that goes away cancels every upstream call", async () => {
  for (const [body, calls] of [
    [{ model: "model" }, 1],
    [{ model: "model", stream: true }, 1],
    [{ model: "model@16" }, 16],
    [{ model: "model@16", stream: true }, 16],
    [{ model: "model@3", stream: true, n: 2 }, 6],
  ] as const) {
    expect(await hangUp(body, calls)).toBe(calls);
  }
});

test("a retry with the same Idempotency-Key joins the run in progress", async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const script = async ({ body }: UpstreamRequest) => {
    if (JSON.stringify(body.messages).includes("Reference")) await gate;
    return { content: "42" };
  };
  await using s = await served({ script });
  const headers = { "idempotency-key": "order-1" };
  const body = { model: "model@2", messages };
  const gone = new AbortController();
  const first = s.post(CHAT, body, { headers, signal: gone.signal });
  await s.upstream.until(({ requests }) => requests.length === 3);
  gone.abort();
  await expect(first).rejects.toThrow();
  const second = s.post(CHAT, body, { headers });
  const third = s.post(CHAT, body, { headers });
  open();
  const [two, three] = (await Promise.all([second, third].map(async (r) => (await r).json()))) as {
    id: string;
  }[];
  expect(two?.id).toBe(three?.id);
  expect(s.upstream.requests).toHaveLength(3);
  const other = await s.post(CHAT, { ...body, n: 2 }, { headers });
  expect(other.status).toBe(409);
});

test("a run that nobody comes back to is cancelled after a while", async () => {
  await using s = await served({ script: SLOW }, { rejoinMs: 1 });
  const gone = new AbortController();
  const headers = { "idempotency-key": "order-2" };
  const asked = s.post(CHAT, { model: "model@2", messages }, { headers, signal: gone.signal });
  await s.upstream.until(({ inFlight }) => inFlight === 2);
  gone.abort();
  await expect(asked).rejects.toThrow();
  await s.upstream.until(({ inFlight }) => inFlight === 0);
  expect(s.upstream.requests.every(({ cancelledAt }) => cancelledAt !== undefined)).toBe(true);
});

test("a full server says so, with the time to come back", async () => {
  await using s = await served({ script: SLOW }, { maxCalls: 2, maxWaiting: 1, maxWaitMs: 60_000 });
  const gone = new AbortController();
  const ask = () => s.post(CHAT, { model: "model@2", messages, stream: true }, { signal: gone.signal });
  const running = await ask();
  const waiting = await ask();
  await s.upstream.until(({ inFlight }) => inFlight === 2);
  const refused = await ask();
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(running.status).toBe(200);
  expect(waiting.status).toBe(200);
  expect(s.upstream.peak).toBe(2);
  gone.abort();
  await s.upstream.until(({ inFlight }) => inFlight === 0);
});

test("draining lets what runs end, and takes nothing new", async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using s = await served({
    script: async () => {
      await gate;
      return { content: "42" };
    },
  });
  const running = s.client.chat.completions.create({ model: "model@2", messages });
  await s.upstream.until(({ inFlight }) => inFlight === 2);
  const socket = connect(s.server.port, "127.0.0.1");
  await once(socket, "connect");
  const drained = s.server.drain();
  await expect(s.post(CHAT, { model: "model", messages })).rejects.toThrow();
  open();
  expect((await running).choices[0]?.message.content).toBe("42");
  await drained;
  socket.destroy();
});

test("closing stops what runs", async () => {
  await using s = await served({ script: SLOW });
  const running = s.post(CHAT, { model: "model@2", messages });
  await s.upstream.until(({ inFlight }) => inFlight === 2);
  await s.server.close();
  await expect(running).rejects.toThrow();
  await s.upstream.until(({ inFlight }) => inFlight === 0);
});

test("a client that does not read is hung up on", async () => {
  const content = Array.from({ length: 2000 }, () => "x".repeat(5000));
  await using s = await served({ script: { content } }, { stallMs: 50 });
  for (const model of ["model", "model@1"]) {
    const socket = connect(s.server.port, "127.0.0.1");
    socket.on("error", () => {});
    const body = JSON.stringify({ model, messages, stream: true });
    socket.write(`POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await once(socket, "readable");
    await expect.poll(() => s.server.service.observer.metrics.activeRuns).toBe(0);
    await once(socket.resume(), "close");
  }
});

test("a dead primary is not asked again on every request", async () => {
  await using s = await served({ script: { content: "42" } });
  await using dead = await served({ script: { status: 500, body: "" } });
  const { startServer } = await import("../../src/server/index.ts");
  const server = await startServer({
    upstreams: [`${dead.upstream.url},${s.upstream.url}#model`],
    port: 0,
    log: "silent",
  });
  try {
    for (let i = 0; i < 30; i++) {
      const body = JSON.stringify({ model: "model", messages: [{ role: "user", content: String(i) }] });
      const headers = { "content-type": "application/json" };
      expect((await fetch(server.url + CHAT, { method: "POST", headers, body })).status).toBe(200);
    }
    expect(dead.upstream.requests.length).toBeLessThan(10);
  } finally {
    await server.close();
  }
});

test("metrics count requests, runs and tokens, and name no address", async () => {
  await using s = await served({ script: { content: "42" } });
  await s.post(CHAT, { model: "model@2", messages });
  await s.post(CHAT, { model: "model", messages });
  await s.post(CHAT, { model: "model@99", messages });
  const response = await fetch(`${s.server.url}/metrics`);
  const text = await response.text();
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  expect(text).toContain('pacore_requests_total{route="/v1/chat/completions",method="POST",status="200"} 2');
  expect(text).toContain('pacore_requests_total{route="/v1/chat/completions",method="POST",status="400"} 1');
  expect(text).toContain('pacore_runs_total{model="model",outcome="answered"} 2');
  expect(text).toContain('pacore_trajectories_total{model="model",outcome="finished"} 3');
  expect(text).toContain('pacore_tokens_total{model="model",kind="output"} 4');
  expect(text).not.toContain("127.0.0.1");
  for (const line of text.trim().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.e+-]+)$/);
  const ready = await fetch(`${s.server.url}/readyz`);
  expect(ready.status).toBe(200);
});
