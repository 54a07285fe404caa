import { readFileSync } from "node:fs";

/** What a program may use. Whatever it does, it gets no more, together with all it starts. */
export interface Limits {
  /** CPU time of all its processes; rounded up to seconds for one. */
  cpuMs: number;
  wallMs: number;
  memoryBytes: number;
  /** Processes and threads at once. */
  processes: number;
  /** stdout and stderr together. */
  outputBytes: number;
  /** One file. All of them together: the size of `/tmp`, for the sandbox. */
  fileBytes: number;
}

const MIB = 1 << 20;

export const DEFAULT_LIMITS: Limits = {
  cpuMs: 6_000,
  wallMs: 15_000,
  memoryBytes: 512 * MIB,
  processes: 48,
  outputBytes: 16 * MIB,
  fileBytes: 32 * MIB,
};

/** For compilers, which need more than what they compile; the clock only for one that sleeps: they are not timed. */
export const COMPILE_LIMITS: Limits = {
  cpuMs: 30_000,
  wallMs: 180_000,
  memoryBytes: 2048 * MIB,
  processes: 48,
  outputBytes: 64 * MIB,
  fileBytes: 64 * MIB,
};

const NAMES = {
  stack: "Max stack size",
  nofile: "Max open files",
  fsize: "Max file size",
  as: "Max address space",
};

/**
 * `prlimit` and its arguments.
 * @param capped Whether a cgroup caps memory and processes. Without one each process is capped by its address space, loosely,
 *   which Node does not bear (`reserves`: it reserves far more than it uses).
 */
export function prlimitOf(
  limits: Limits,
  { capped, reserves }: { capped: boolean; reserves: boolean },
): string[] {
  // Counted in ticks, a little early: where a cgroup counts exactly, this is for when we do not look in time.
  const seconds = Math.ceil(limits.cpuMs / 1000) + (capped ? 1 : 0);
  // A thread reserves as much address space as a stack may have: where that is capped, threads need room.
  const stack = capped ? limits.memoryBytes : Math.min(limits.memoryBytes, 64 * MIB);
  const reserved = 2 * limits.memoryBytes + 256 * MIB;
  return [
    "/usr/bin/prlimit",
    // The soft limit could be ignored, the hard one kills.
    `--cpu=${seconds}:${seconds}`,
    `--nofile=${within("nofile", 64)}`,
    `--fsize=${within("fsize", limits.fileBytes)}`,
    // Recursion as deep as memory allows: judges grant it.
    `--stack=${within("stack", stack)}`,
    ...(capped ? [] : [`--nproc=${limits.processes + 4}`]),
    ...(capped || reserves ? [] : [`--as=${within("as", reserved)}`]),
    "--",
  ];
}

/** A limit cannot be raised beyond the hard one that this process has. */
function within(name: keyof typeof NAMES, wanted: number): number {
  const line = hardLimits().find((text) => text.startsWith(NAMES[name])) ?? "";
  const hard = Number(line.slice(26).trim().split(/\s+/)[1]);
  return Number.isFinite(hard) ? Math.min(hard, wanted) : wanted;
}

let known: string[] | undefined;
const hardLimits = (): string[] => {
  known ??= readFileSync("/proc/self/limits", "utf8").split("\n");
  return known;
};
