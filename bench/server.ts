/**
 * What the server costs, and what it survives.
 *
 *   node --expose-gc bench/server.ts [pass|crowd|leave|bodies|soak …] [--seconds 300]
 *
 * - pass: a plain request through the server against the same request to the bare upstream, in pairs, 16 at once
 * - crowd: more than 1,000 upstream calls in flight in one process; its event-loop delay
 * - leave: how long upstream calls live on when their client hangs up
 * - bodies: 10,000 malformed, hostile or random bodies; statuses and memory
 * - soak: mixed load with 10 % upstream faults; what is left afterwards
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "undici";
import { seededRandom } from "../src/core/random.ts";
import { served } from "../test/support/served.ts";
import { soak } from "../test/support/soak.ts";
import { hostileBody } from "./server-bodies.ts";
import type { Report } from "./server-process.ts";

const BARS = { addedP50Ms: 2, addedP99Ms: 8, inFlight: 1000, loopDelayP99Ms: 50, leaveMs: 250, growthMb: 48 };

const print = (line: string) => process.stdout.write(`${line}\n`);
let failed = false;

function bar(what: string, ok: boolean): void {
  failed ||= !ok;
  print(`${ok ? "PASS" : "FAIL"}  ${what}`);
}

async function start(module: string, ...args: string[]): Promise<[ChildProcess, number]> {
  const child = fork(new URL(module, import.meta.url), args, { execArgv: ["--expose-gc"] });
  const [port] = (await once(child, "message")) as [number];
  return [child, port];
}

async function report(child: ChildProcess): Promise<Report> {
  child.send("report");
  return ((await once(child, "message")) as [Report])[0];
}

interface Bench {
  server: ChildProcess;
  serverUrl: string;
  upstreamUrl: string;
}

const agent = new Agent({ connections: 4096, headersTimeout: 0, bodyTimeout: 0 });
const CHAT = "/v1/chat/completions";

const ask = (model: string) =>
  JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "17 times 23?" }] });

async function timed(url: string, body: string): Promise<number> {
  const startedAt = performance.now();
  const { body: answer } = await request(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    dispatcher: agent,
  });
  await answer.dump({ limit: Number.MAX_SAFE_INTEGER });
  return performance.now() - startedAt;
}

const percentile = (values: number[], p: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] as number;

/** Pairs in turns, so that whatever else the machine does falls on both. */
async function pairs({ serverUrl, upstreamUrl }: Bench, model: string, count: number) {
  const direct: number[] = [];
  const through: number[] = [];
  const body = ask(model);
  const lane = async (number: number) => {
    for (let i = 0; i < count; i++) {
      const order = (i + number) % 2 === 0 ? [direct, through] : [through, direct];
      for (const times of order)
        times.push(await timed((times === direct ? upstreamUrl : serverUrl) + CHAT, body));
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, i) => lane(i)));
  return { direct: direct.slice(64), through: through.slice(64) };
}

async function pass(bench: Bench): Promise<void> {
  for (const model of ["paced-20-5", "burst-50"]) {
    const { direct, through } = await pairs(bench, model, model.startsWith("burst") ? 200 : 40);
    const added = (p: number) => percentile(through, p) - percentile(direct, p);
    const figures = [0.5, 0.99].map(
      (p) => `p${p * 100} ${percentile(direct, p).toFixed(2)} → ${percentile(through, p).toFixed(2)} ms`,
    );
    const line = `pass-through of ${model}, 16 at once: ${figures.join(", ")}; adds ${added(0.5).toFixed(2)} / ${added(0.99).toFixed(2)} ms`;
    // Without think time sixteen clients keep three processes on their cores: that is a figure of throughput.
    if (model.startsWith("burst")) print(`      ${line} (saturated)`);
    else bar(line, added(0.5) <= BARS.addedP50Ms && added(0.99) <= BARS.addedP99Ms);
  }
}

async function crowd({ server, serverUrl }: Bench): Promise<void> {
  await report(server);
  const body = ask("paced-200-50@32");
  const running = Array.from({ length: 40 }, () => timed(serverUrl + CHAT, body));
  let peak = 0;
  const sampler = setInterval(async () => {
    const metrics = await (await fetch(`${serverUrl}/metrics`)).text();
    peak = Math.max(
      peak,
      Number(/pacore_upstream_in_flight\{model="paced-200-50"[^}]*\} (\d+)/.exec(metrics)?.[1] ?? 0),
    );
  }, 500);
  await Promise.all(running);
  clearInterval(sampler);
  const { loopDelayP99, loopDelayMax, rssMb } = await report(server);
  const delays = `event-loop delay p99 ${loopDelayP99.toFixed(1)} ms (worst ${loopDelayMax.toFixed(0)}), ${rssMb.toFixed(0)} MB`;
  bar(
    `${peak} upstream calls in flight: ${delays}`,
    peak >= BARS.inFlight && loopDelayP99 < BARS.loopDelayP99Ms,
  );
}

async function leave(): Promise<void> {
  const lived: number[] = [];
  for (const [model, stream, calls] of LEAVERS) {
    await using s = await served({ script: () => new Promise(() => {}) });
    const gone = new AbortController();
    const messages = [{ role: "user", content: "?" }];
    const asked = s.post(CHAT, { model, stream, messages }, { signal: gone.signal }).catch(() => {});
    await s.upstream.until(({ inFlight }) => inFlight === calls);
    const leftAt = performance.now();
    gone.abort();
    await s.upstream.until(({ inFlight }) => inFlight === 0);
    for (const { cancelledAt = Number.POSITIVE_INFINITY } of s.upstream.requests)
      lived.push(cancelledAt - leftAt);
    await asked;
  }
  const worst = Math.max(...lived);
  bar(`a client leaves: its upstream calls live on for ${worst.toFixed(1)} ms at most`, worst < BARS.leaveMs);
}

const LEAVERS = [
  ["model", false, 1],
  ["model", true, 1],
  ["model@16", false, 16],
  ["model@64", true, 64],
] as const;

async function bodies({ server, serverUrl }: Bench): Promise<void> {
  const random = seededRandom(7);
  const statuses: Record<number, number> = {};
  let left = 10_000;
  const lane = async (until: number) => {
    while (left-- > until) {
      const path = random() < 0.6 ? CHAT : "/v1/responses";
      const { statusCode, body } = await request(serverUrl + path, {
        method: "POST",
        body: hostileBody(random),
        headers: { "content-type": "application/json" },
        dispatcher: agent,
      });
      await body.dump();
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, () => lane(8000)));
  left = 8000;
  const before = await report(server);
  await Promise.all(Array.from({ length: 32 }, () => lane(0)));
  const after = await report(server);
  const growth = after.rssMb - before.rssMb;
  const worst = Object.keys(statuses).filter((status) => Number(status) >= 500);
  const heap = `heap ${before.heapMb.toFixed(0)} → ${after.heapMb.toFixed(0)} MB`;
  const line = `10,000 hostile bodies: ${JSON.stringify(statuses)}, memory ${before.rssMb.toFixed(0)} → ${after.rssMb.toFixed(0)} MB, ${heap}`;
  bar(
    line,
    worst.length === 0 && growth < BARS.growthMb && after.activeRuns === 0 && server.exitCode === null,
  );
}

async function soaked(seconds: number): Promise<void> {
  const { requests, statuses, upstreamCalls, faults, left, leaked, resources, heapMb } = await soak({
    seconds,
    clients: 24,
  });
  const share = ((100 * faults) / upstreamCalls).toFixed(1);
  print(
    `      ${requests} requests in ${seconds} s: ${JSON.stringify(statuses)}; ${upstreamCalls} upstream calls, ${share} % faults`,
  );
  print(
    `      resources ${JSON.stringify(resources)}, heap ${heapMb.before.toFixed(0)} → ${heapMb.after.toFixed(0)} MB`,
  );
  const clean = Object.values(left).every((count) => count === 0) && Object.keys(leaked).length === 0;
  bar(`nothing is left: ${JSON.stringify(left)}; leaked: ${JSON.stringify(leaked)}`, clean);
}

const chosen = process.argv.slice(2).filter((word) => /^[a-z]+$/.test(word));
const wants = (part: string) => chosen.length === 0 || chosen.includes(part);
const at = process.argv.indexOf("--seconds");
const seconds = at > 0 ? Number(process.argv[at + 1]) : 60;

if (wants("pass") || wants("crowd") || wants("bodies")) {
  const [upstream, port] = await start("./streaming-server.ts");
  const upstreamUrl = `http://127.0.0.1:${port}`;
  const models = ["paced-20-5", "burst-50", "paced-200-50", "model"];
  const [server, serverPort] = await start(
    "./server-process.ts",
    ...models.map((model) => `${upstreamUrl}/v1#${model}`),
  );
  const bench = { server, serverUrl: `http://127.0.0.1:${serverPort}`, upstreamUrl };
  if (wants("pass")) await pass(bench);
  if (wants("crowd")) await crowd(bench);
  if (wants("bodies")) await bodies(bench);
  server.disconnect();
  upstream.disconnect();
  await agent.destroy();
}
if (wants("leave")) await leave();
if (wants("soak")) await soaked(seconds);
process.exitCode = failed ? 1 : 0;
