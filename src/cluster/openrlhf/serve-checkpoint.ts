import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { delay } from "../../core/abort.ts";
import { PacoreError } from "../../errors.ts";
import { EndpointModel } from "../../upstream/index.ts";
import { endpointOf } from "../../upstream/resolve.ts";
import { type Child, type ChildCommand, startChild } from "./child.ts";
import type { ClusterSettings } from "./cluster-settings.ts";

/** The name that a checkpoint is asked by. */
const SERVED = "checkpoint";
const LOOK_MS = 1000;
/** A response of 131,072 tokens takes an hour at 36 tokens a second. */
const PATIENCE_MS = 6 * 3_600_000;

export interface ServeOptions {
  cluster: ClusterSettings;
  /** Tokens of the longest sequence. */
  length: number;
  log: string;
  record: string;
  signal?: AbortSignal;
}

/** The command that serves a model directory. The key is in its environment, where vLLM looks for it. */
export function serveCommand(
  model: string,
  { cluster, length, port, key }: Pick<ServeOptions, "cluster" | "length"> & { port: number; key: string },
): ChildCommand {
  const [command, ...before] = cluster.serveCommand as [string, ...string[]];
  const options: [string, string | number][] = [
    ["--host", cluster.serveHost],
    ["--port", port],
    ["--served-model-name", SERVED],
    ["--max-model-len", length],
    ["--dtype", "bfloat16"],
    // Else a model's own top_k and temperature apply to what a request leaves out.
    ["--generation-config", "vllm"],
    ["--tensor-parallel-size", cluster.serveTensorParallel],
    ["--data-parallel-size", cluster.serveDataParallel],
    ["--gpu-memory-utilization", cluster.serveMemory],
  ];
  return {
    command,
    args: [...before, model, ...options.flat().map(String), ...cluster.serveFlags],
    env: { ...cluster.env, VLLM_API_KEY: key },
  };
}

/**
 * A model directory behind a server of its own, until the model is disposed of.
 * @throws {PacoreError} with what the server said last, if it ends before it is ready, or takes too long.
 */
export async function serveCheckpoint(
  model: string,
  options: ServeOptions,
): Promise<LanguageModelV4 & AsyncDisposable> {
  const { cluster, log, record } = options;
  const key = randomBytes(24).toString("hex");
  const port = cluster.servePort || (await freePort(cluster.serveHost));
  const command = serveCommand(model, { ...options, port, key });
  const child = await startChild(command, { log, record, secrets: [key], setting: "cluster.serveCommand" });
  const base = new URL(`http://${cluster.serveHost}:${port}/v1`);
  try {
    await untilReady(base, key, child, options);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return servedModel(base, key, child);
}

function servedModel(base: URL, key: string, child: Child): LanguageModelV4 & AsyncDisposable {
  const endpoint = endpointOf(base, { apiKey: key });
  const model = new EndpointModel(SERVED, [endpoint], {
    headersTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
  });
  return {
    specificationVersion: "v4",
    provider: model.provider,
    modelId: SERVED,
    supportedUrls: {},
    doGenerate: (options) => model.doGenerate(toTheEnd(options)),
    doStream: (options) => model.doStream(toTheEnd(options)),
    [Symbol.asyncDispose]: async () => {
      await model.close();
      await child.stop();
    },
  };
}

/** Prompt and response share the length: what the prompt leaves is the server's own default, and more it refuses. */
function toTheEnd({
  maxOutputTokens: _,
  ...options
}: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  return options;
}

async function untilReady(base: URL, key: string, child: Child, options: ServeOptions): Promise<void> {
  const { cluster, log, signal = new AbortController().signal } = options;
  const deadline = Date.now() + cluster.serveStartMinutes * 60_000;
  let over = false;
  const end = child.ended.finally(() => {
    over = true;
  });
  end.catch(() => {});
  for (;;) {
    if (over) await ended(child, log);
    if (await isReady(base, key)) return;
    if (Date.now() > deadline)
      throw new PacoreError(
        `The checkpoint's server is not ready after ${cluster.serveStartMinutes} minutes; look into ${log}.`,
      );
    await Promise.race([delay(LOOK_MS, signal), end.catch(() => {})]);
  }
}

async function ended(child: Child, log: string): Promise<never> {
  const { code, signal } = await child.ended;
  throw new PacoreError(
    `The checkpoint's server ended (${signal ?? `exit code ${code}`}) before it was ready. ${log} ends with:\n${child.tail()}`,
  );
}

/** It lists its model once that is loaded. */
async function isReady(base: URL, key: string): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${base}/models`, { headers, signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** One that is free now: vLLM takes no 0. */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
