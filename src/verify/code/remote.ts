import { setTimeout as delay } from "node:timers/promises";
import { redact } from "../../core/redact.ts";
import { SandboxError } from "./sandbox-errors.ts";

export interface RemoteOptions {
  /** Where the service listens, such as `http://localhost:8080`. */
  url: string;
  /** For services behind a gate; never logged. */
  headers?: Record<string, string> | undefined;
  /** Further attempts when the service is at fault. Default: 2. */
  retries?: number | undefined;
  /** Beyond the limits of the run itself, for queues and networks. Default: 30 s. */
  graceMs?: number | undefined;
  /** Before the first further attempt; doubles. Default: 500. */
  backoffMs?: number | undefined;
}

interface Call {
  path: string;
  body: unknown;
  /** What the run itself may take. */
  timeMs: number;
  signal: AbortSignal | undefined;
}

/** An answer larger than this is no run's. */
const MOST_BYTES = 64 << 20;
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Posts JSON and reads JSON, again where the service is at fault.
 * @param read Throws a `SandboxError` for an answer that is a failure of the service: it is asked again.
 * @throws {SandboxError} when it stays so, and the signal's reason.
 */
export async function askRemote<T>(
  options: RemoteOptions,
  call: Call,
  read: (answer: unknown) => T,
): Promise<T> {
  const { retries = 2, backoffMs = 500 } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return read(await ask(options, call));
    } catch (error) {
      call.signal?.throwIfAborted();
      if (!(error instanceof SandboxError)) throw error;
      if (attempt >= retries || error.cause === "final") throw error;
      await delay(backoffMs * 2 ** attempt, undefined, { ...(call.signal && { signal: call.signal }) });
    }
  }
}

async function ask({ url, headers, graceMs = 30_000 }: RemoteOptions, call: Call): Promise<unknown> {
  const target = new URL(call.path, url.endsWith("/") ? url : `${url}/`);
  const late = AbortSignal.timeout(call.timeMs + graceMs);
  try {
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(call.body),
      signal: call.signal ? AbortSignal.any([call.signal, late]) : late,
    });
    const text = await textOf(response);
    if (response.ok) return JSON.parse(text);
    throw new SandboxError(`${target.host} answered ${response.status}: ${redact(text.slice(0, 200))}`, {
      ...(!RETRIED.has(response.status) && { cause: "final" }),
    });
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause;
    const reason = late.aborted ? "no answer in time" : (((cause as Error).cause ?? cause) as Error).message;
    throw new SandboxError(`${target.host} does not answer: ${reason}.`, { cause });
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw new SandboxError("The remote sandbox answered far too much.", { cause: "final" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** An answer of another shape than documented is the service's failure. */
export const notUnderstood = (name: string, answer: unknown): SandboxError =>
  new SandboxError(
    `${name} answered what is not documented: ${redact(JSON.stringify(answer) ?? "").slice(0, 200)}`,
  );
