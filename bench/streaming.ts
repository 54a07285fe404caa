/**
 * What a streamed token costs the client.
 *
 *   node bench/streaming.ts [--quick]
 *
 * 1. CPU per chunk of 64 streams × 2000 chunks of about 240 bytes: our `doGenerate` against an undici drain that
 *    parses nothing and against the AI SDK alone, interleaved in the same process; medians of the rounds.
 * 2. 1,024 streams at once in a process of their own: event-loop delay and peak memory of the client.
 * 3. 256 streams aborted at once: until the last of them is gone from the server.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { Agent } from "undici";
import { startUpstream } from "../src/testing/upstream.ts";
import { resolveModel } from "../src/upstream/index.ts";

const STREAMS = 64;
const CHUNKS = 2000;
const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 3 : 11;
/** 20,000 tokens a second in all: a well-loaded node of eight GPUs. */
const PACE_MS = 50;
const BARS = { cpuRatio: 2.5, p99Ms: 50, rssMb: 400, abortMs: 250 };

const prompt: Parameters<LanguageModelV4["doGenerate"]>[0]["prompt"] = [
  { role: "user", content: [{ type: "text", text: "What is 17 times 23?" }] },
];

/** Starts a module of this folder as a process and waits for its first message. */
async function start(module: string, ...args: string[]): Promise<[ChildProcess, unknown]> {
  const child = fork(new URL(module, import.meta.url), args);
  const [message] = (await once(child, "message")) as [unknown];
  return [child, message];
}

const print = (line: string) => process.stdout.write(`${line}\n`);

type Client = () => Promise<void>;

async function clients(origin: string): Promise<Record<"drain" | "ours" | "sdk", Client>> {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const modelId = `burst-${CHUNKS}`;
  const collapsing = await resolveModel(`${origin}/v1#${modelId}`);
  const plain = createOpenAICompatible({ name: "bench", baseURL: `${origin}/v1`, includeUsage: true })(
    modelId,
  );
  return {
    drain: () => drain(agent, origin),
    ours: async () => {
      const { content } = await collapsing.doGenerate({ prompt });
      expectText(content.map((part) => ("text" in part ? part.text : "")).join(""));
    },
    sdk: async () => {
      const { stream } = await plain.doStream({ prompt });
      let text = "";
      for await (const part of stream) if ("delta" in part) text += part.delta;
      expectText(text);
    },
  };
}

function expectText(text: string): void {
  if (text.length !== CHUNKS * " token".length)
    throw new Error(`A stream of ${text.length} characters arrived.`);
}

function drain(agent: Agent, origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ model: `burst-${CHUNKS}`, stream: true, messages: [] });
    agent.dispatch(
      {
        origin,
        path: "/v1/chat/completions",
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

/** @returns CPU microseconds per chunk. */
async function measure(client: Client, repeat: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < repeat; i++) await Promise.all(Array.from({ length: STREAMS }, client));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (repeat * STREAMS * CHUNKS);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const verdict = (value: number, bar: number) => `${value <= bar ? "PASS" : "FAIL"} (bar ${bar})`;

/** Rounds of the clients in turn, so that whatever else the machine does meets all of them. */
async function interleave(
  clients: readonly Client[],
  { rounds, warmup, repeat }: Rounds,
): Promise<number[][]> {
  const costs: number[][] = clients.map(() => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [i, client] of clients.entries()) {
      const cost = await measure(client, repeat);
      if (round >= 0) costs[i]?.push(cost);
    }
  }
  return costs;
}

interface Rounds {
  rounds: number;
  warmup: number;
  repeat: number;
}

async function cpuPerChunk(origin: string): Promise<boolean> {
  const { drain, ours, sdk } = await clients(origin);
  print(`CPU per chunk, ${STREAMS} streams × ${CHUNKS} chunks, ${ROUNDS} rounds interleaved`);
  const [base = [], costs = []] = await interleave([drain, ours], { rounds: ROUNDS, warmup: 4, repeat: 4 });
  const ratio = median(costs.map((cost, round) => cost / (base[round] ?? Number.NaN)));
  print(row("undici drain, nothing parsed", base, 1));
  print(row("doGenerate of resolveModel's", costs, ratio));
  // Apart: the garbage it leaves would be collected at the others' expense.
  const [slow = []] = await interleave([sdk], { rounds: 3, warmup: 1, repeat: 1 });
  print(row("AI SDK doStream", slow, median(slow) / median(base)));
  print(`  CPU per chunk over the drain: ${ratio.toFixed(2)} ${verdict(ratio, BARS.cpuRatio)}`);
  return ratio <= BARS.cpuRatio;
}

function row(name: string, costs: number[], ratio: number): string {
  const minimum = Math.min(...costs).toFixed(2);
  return `  ${name.padEnd(30)} ${median(costs).toFixed(2)} µs (min ${minimum})  × ${ratio.toFixed(2)}`;
}

async function manyStreams(origin: string): Promise<boolean> {
  const tokens = quick ? 200 : 500;
  // This process has nothing to do meanwhile: what delays it is the machine.
  const idle = monitorEventLoopDelay({ resolution: 5 });
  idle.enable();
  const [child, message] = await start("./streaming-client.ts", origin, `paced-${tokens}-${PACE_MS}`);
  idle.disable();
  child.disconnect();
  const { p99Ms, maxMs, rssMb, wallMs } = message as Record<"p99Ms" | "maxMs" | "rssMb" | "wallMs", number>;
  print(
    `1,024 streams at once, ${tokens} tokens each, one every ${PACE_MS} ms: ${(wallMs / 1000).toFixed(1)} s`,
  );
  print(
    `  event-loop delay p99: ${p99Ms.toFixed(1)} ms (max ${maxMs.toFixed(1)}) ${verdict(p99Ms, BARS.p99Ms)}`,
  );
  print(`  an idle process beside it: p99 ${(idle.percentile(99) / 1e6).toFixed(1)} ms`);
  print(`  peak memory: ${rssMb.toFixed(0)} MB ${verdict(rssMb, BARS.rssMb)}`);
  return p99Ms < BARS.p99Ms && rssMb < BARS.rssMb;
}

async function abort(): Promise<boolean> {
  const streams = 256;
  await using upstream = await startUpstream({ content: "a b c", fault: { after: 3, kind: "stall" } });
  const model = await resolveModel(`${upstream.url}#any`);
  const controller = new AbortController();
  const calls = Array.from({ length: streams }, () =>
    model.doGenerate({ prompt, abortSignal: controller.signal }).then(undefined, () => undefined),
  );
  await upstream.until(({ inFlight }) => inFlight === streams);
  const before = performance.now();
  controller.abort();
  await Promise.all(calls);
  const returnedMs = performance.now() - before;
  await upstream.until(({ inFlight }) => inFlight === 0);
  const lastMs = Math.max(
    ...upstream.requests.map(({ cancelledAt = Number.POSITIVE_INFINITY }) => cancelledAt - before),
  );
  print(`${streams} streams aborted at once: calls returned after ${returnedMs.toFixed(0)} ms`);
  print(`  the last connection gone after ${lastMs.toFixed(0)} ms ${verdict(lastMs, BARS.abortMs)}`);
  return lastMs <= BARS.abortMs;
}

const [server, port] = await start("./streaming-server.ts");
const origin = `http://127.0.0.1:${port}`;
const passed = [await cpuPerChunk(origin), await manyStreams(origin), await abort()];
server.disconnect();
process.exit(passed.every(Boolean) ? 0 : 1);
