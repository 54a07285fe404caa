import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import type { Cgroup } from "./cgroup.ts";
import type { Limits } from "./limits.ts";
import { treeBytes } from "./process-tree.ts";

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

interface Supervised {
  child: ChildProcess;
  /** The program's turn has come. */
  started: Promise<void>;
  gone: Promise<void>;
  cgroup: Cgroup | undefined;
  limits: Limits;
  signal: AbortSignal | undefined;
}

/** Watches a run until nothing of it is left. @throws {SandboxError} or the signal's reason. */
export async function superviseRun({
  child,
  started,
  gone,
  cgroup,
  limits,
  signal,
}: Supervised): Promise<Ended> {
  let stopped: End | undefined;
  const stop = (end?: End) => {
    stopped ??= end;
    child.kill("SIGKILL");
  };
  const abort = () => stop();
  signal?.addEventListener("abort", abort, { once: true });
  const begin = performance.now();
  const cpuBefore = cgroup?.cpuMs() ?? 0;
  let cpuMs: number | undefined;
  const look = setInterval(() => {
    const total = cgroup?.cpuMs();
    cpuMs = total === undefined ? undefined : total - cpuBefore;
    if (cpuMs !== undefined && cpuMs > limits.cpuMs) stop("cpu");
    else if (cgroup?.outOfMemory()) stop("memory");
    else if (
      !cgroup &&
      child.pid !== undefined &&
      treeBytes(child.pid, limits.memoryBytes) > limits.memoryBytes
    )
      stop("memory");
  }, LOOK_MS);
  const late = setTimeout(() => stop("wall"), limits.wallMs);
  try {
    await started;
    const { stdout, stderr } = collect(child, limits.outputBytes, () => stop("output"));
    await gone;
    signal?.throwIfAborted();
    const wallMs = performance.now() - begin;
    const total = cgroup?.cpuMs();
    if (total !== undefined) cpuMs = total - cpuBefore;
    const end = stopped ?? endOf(child.exitCode, { cgroup, limits, wallMs });
    const exitCode = end === "exited" ? child.exitCode : null;
    return { end, exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), wallMs, cpuMs };
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
  { cgroup, limits, wallMs }: { cgroup: Cgroup | undefined; limits: Limits; wallMs: number },
): End {
  if (cgroup?.outOfMemory()) return "memory";
  return exitCode === SIGKILLED && wallMs >= limits.cpuMs ? "cpu" : "exited";
}

function collect(child: ChildProcess, limit: number, onFlood: () => void) {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let bytes = 0;
  for (const name of ["stdout", "stderr"] as const) {
    (child[name] as Readable).on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) onFlood();
      else kept[name].push(chunk);
    });
  }
  return kept;
}
