import { request } from "node:http";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { startServer } from "../../src/server/index.ts";
import { startUpstream, type UpstreamReply } from "../../src/testing/upstream.ts";

export interface SoakReport {
  requests: number;
  /** By status; 0: the client left, or the connection broke. */
  statuses: Record<number, number>;
  upstreamCalls: number;
  faults: number;
  /** What is left when the load has ended; all of it has to be zero. */
  left: { runs: number; upstreamCalls: number; upstreamSockets: number; queued: number; calls: number };
  /** Sockets of the process and the like, before the load and after it. */
  resources: { before: Record<string, number>; after: Record<string, number> };
  /** Sockets and timers of the process that outlived the server; none may. */
  leaked: Record<string, number>;
  heapMb: { before: number; after: number };
}

const ASKS = [
  { path: "/v1/chat/completions", body: { model: "model" } },
  { path: "/v1/chat/completions", body: { model: "model", stream: true } },
  { path: "/v1/chat/completions", body: { model: "model@3" } },
  {
    path: "/v1/chat/completions",
    body: { model: "model@3,2", stream: true, stream_options: { include_usage: true } },
  },
  { path: "/v1/responses", body: { model: "model@2", store: false } },
  { path: "/v1/responses", body: { model: "model@2", stream: true, store: false } },
] as const;

function faulty(random: Random): UpstreamReply {
  const content = "The answer is forty two, or so it seems to me now.";
  if (random() >= 0.1) return { content, chunkDelayMs: 2 };
  const faults: UpstreamReply[] = [
    { status: 503, body: { error: { message: "overloaded" } } },
    { status: 500, body: "oops" },
    { content, fault: { after: 3, kind: "reset" } },
    { content, fault: { after: 3, kind: "end" } },
    { content, fault: { after: 3, kind: { message: "broken", code: 500 } } },
    { body: "<html>" },
  ];
  return faults[Math.floor(random() * faults.length)] as UpstreamReply;
}

/** Mixed load on a server in this process: a tenth of the upstream's answers fail, a tenth of the clients leave. */
export async function soak({
  seconds,
  clients,
  seed = 1,
}: {
  seconds: number;
  clients: number;
  seed?: number;
}): Promise<SoakReport> {
  const random = seededRandom(seed);
  let faults = 0;
  const atStart = resources();
  await using upstream = await startUpstream({
    script: () => {
      const reply = faulty(random);
      if (!reply.chunkDelayMs) faults++;
      return reply;
    },
  });
  const reference = `${upstream.url}#model`;
  const server = await startServer({ upstreams: [reference], port: 0, log: "silent", maxCalls: 256 });
  const { catalog, observer, queue } = server.service;
  const statuses: Record<number, number> = {};
  let requests = 0;
  const ask = async () => {
    const { path, body } = ASKS[Math.floor(random() * ASKS.length)] as (typeof ASKS)[number];
    const text = JSON.stringify({
      ...body,
      messages: undefined,
      ...contentFor(path, requests++),
      pacore: pacoreFor(body.model),
    });
    const status = await send(server.url + path, text, random() < 0.1 ? 1 + random() * 30 : undefined);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const lane = async (until: number) => {
    while (performance.now() < until) await ask();
  };
  await Promise.all(Array.from({ length: clients }, () => lane(performance.now() + 500)));
  await quiet(() => queue.inUse + queue.waiting + observer.metrics.activeRuns);
  const before = { resources: resources(), heap: heapMb() };
  const until = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: clients }, () => lane(until)));
  await quiet(() => queue.inUse + queue.waiting + observer.metrics.activeRuns + upstream.inFlight);
  const after = { resources: resources(), heap: heapMb() };
  const inFlight = catalog.all().flatMap(({ endpoint }) => endpoint?.endpointStats() ?? []);
  const runs = observer.metrics.activeRuns;
  const left = { runs, queued: queue.waiting, calls: queue.inUse };
  const upstreamCalls = inFlight.reduce((sum, stats) => sum + stats.inFlight, 0);
  await server.close();
  await quiet(() => upstream.openConnections);
  const upstreamSockets = upstream.openConnections;
  await upstream.close();
  const leaks = () => difference(resources(), atStart);
  await quiet(() => Object.keys(leaks()).length);
  return {
    requests,
    statuses,
    upstreamCalls: upstream.requests.length,
    faults,
    left: { ...left, upstreamCalls, upstreamSockets },
    leaked: leaks(),
    resources: { before: before.resources, after: after.resources },
    heapMb: { before: before.heap, after: after.heap },
  };
}

const contentFor = (path: string, n: number) =>
  path.endsWith("responses")
    ? { input: `What is ${n}?` }
    : { messages: [{ role: "user", content: `What is ${n}?` }] };

/** Retries that wait for minutes would outlast the test. */
const pacoreFor = (model: string) => (model === "model" ? undefined : { max_retries: 1, min_messages: 1 });

/** @returns the status; 0 when the client left after `leaveMs`, or the connection broke. */
function send(url: string, body: string, leaveMs: number | undefined): Promise<number> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asked = request(url, { method: "POST", headers, agent: false });
    const timer = leaveMs === undefined ? undefined : setTimeout(() => asked.destroy(), leaveMs);
    const end = (status: number) => {
      clearTimeout(timer);
      resolve(status);
    };
    asked.on("response", (response) => {
      response.on("close", () => end(response.complete ? (response.statusCode ?? 0) : 0));
      response.on("error", () => end(0));
      response.resume();
    });
    asked.on("error", () => end(0));
    asked.end(body);
  });
}

/** Wait until a count is down to zero; not for ever. */
async function quiet(count: () => number): Promise<void> {
  for (let i = 0; i < 3000 && count() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
}

function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What there is more of now. */
function difference(now: Record<string, number>, before: Record<string, number>): Record<string, number> {
  const more = Object.entries(now).map(([name, count]): [string, number] => [
    name,
    count - (before[name] ?? 0),
  ]);
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
