import { once } from "node:events";
import type { Outputs } from "./cell-files.ts";
import type { Limits } from "./limits.ts";

/** How a run ended: on its own, or because it used more than it may. */
export type End = "exited" | "cpu" | "wall" | "memory" | "output";

export interface Ended {
  end: End;
  /** 128 and more: by a signal. `null` where it was stopped. */
  exitCode: number | null;
  stdout: Buffer;
  stderr: Buffer;
  wallMs: number;
  /** `undefined` where no cgroup counts it. */
  cpuMs: number | undefined;
}

/** Often enough that no program gets far beyond its limits between two looks. */
const LOOK_MS = 20;
const SIGKILLED = 137;
/** What the process used before it was the program counts against its limit, and is before our time. */
const BEFORE_MS = 200;

/** What the processes of a run have used, all together. */
export interface Meter {
  outOfMemory(): boolean;
  /** `undefined` where nobody counts it. */
  cpuMs(): number | undefined;
}

interface Supervised {
  /** The program's turn has come. */
  started: Promise<void>;
  gone: Promise<void>;
  exitCode(): number | null;
  kill(): void;
  outputs: Outputs;
  meter: Meter;
  limits: Limits;
  signal: AbortSignal | undefined;
}

/** Watches a run until nothing of it is left. @throws {SandboxError} or the signal's reason. */
export async function superviseRun(run: Supervised): Promise<Ended> {
  const { started, gone, outputs, meter, limits, signal } = run;
  let stopped: End | undefined;
  const stop = (end?: End) => {
    stopped ??= end;
    run.kill();
  };
  const abort = () => stop();
  signal?.addEventListener("abort", abort, { once: true });
  const begin = performance.now();
  const cpuBefore = meter.cpuMs() ?? 0;
  const cpuMs = () => {
    const total = meter.cpuMs();
    return total === undefined ? undefined : total - cpuBefore;
  };
  const look = setInterval(() => {
    if ((cpuMs() ?? 0) > limits.cpuMs) stop("cpu");
    else if (meter.outOfMemory()) stop("memory");
  }, LOOK_MS);
  const late = setTimeout(() => stop("wall"), limits.wallMs);
  try {
    await started;
    const { stdout, stderr, ended } = collect(outputs, limits.outputBytes, () => stop("output"));
    await Promise.all([gone, ended]);
    signal?.throwIfAborted();
    const wallMs = performance.now() - begin;
    const end = stopped ?? endOf(run.exitCode(), { meter, limits, wallMs });
    const exitCode = end === "exited" ? run.exitCode() : null;
    const [out, err] = [Buffer.concat(stdout), Buffer.concat(stderr)];
    return { end, exitCode, stdout: out, stderr: err, wallMs, cpuMs: cpuMs() };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearInterval(look);
    clearTimeout(late);
    signal?.removeEventListener("abort", abort);
  }
}

/** Who killed a program that we did not: the kernel, for one of its limits. */
function endOf(
  exitCode: number | null,
  { meter, limits, wallMs }: { meter: Meter; limits: Limits; wallMs: number },
): End {
  if (meter.outOfMemory()) return "memory";
  return exitCode === SIGKILLED && wallMs >= limits.cpuMs - BEFORE_MS ? "cpu" : "exited";
}

function collect(outputs: Outputs, limit: number, onFlood: () => void) {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let bytes = 0;
  for (const name of ["stdout", "stderr"] as const) {
    outputs[name].on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) onFlood();
      else kept[name].push(chunk);
    });
  }
  const ended = Promise.all([once(outputs.stdout, "close"), once(outputs.stderr, "close")]);
  return { ...kept, ended };
}
