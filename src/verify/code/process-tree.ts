import { readdirSync, readFileSync, statfsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const PAGE = 4096;

/** What a process started and has not outlived. */
export function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"));
  return lists.join(" ").split(" ").filter(Boolean).map(Number);
}

function treeOf(root: number): number[] {
  const found = [root];
  for (const pid of found) found.push(...tried(() => childrenOf(pid), []));
  return found;
}

/** Memory of a process and all it started, where no cgroup counts it; what they share counts once. */
export function treeBytes(root: number, enough: number): number {
  const tree = treeOf(root);
  const resident = tree.map((pid) => tried(() => residentBytes(pid), 0));
  // What is shared counts in each: quick to read, and exact enough while there is little.
  if (sum(resident) <= enough) return sum(resident);
  return sum(tree.map((pid, index) => tried(() => proportionalBytes(pid), resident[index] as number)));
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

const residentBytes = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE;

const proportionalBytes = (pid: number): number => {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
};

/** A process may end while it is looked at. */
function tried<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/** What a file costs the kernel, however empty: about what was measured on Linux 6. */
const INODE_BYTES = 1024;

/** Memory in file systems of the room whose first process it is: files there are nobody's memory. */
export function roomBytes(first: number, folders: readonly string[]): number {
  const used = (folder: string) => {
    const { blocks, bfree, bsize, files, ffree } = statfsSync(`/proc/${first}/root${folder}`);
    return (blocks - bfree) * bsize + (files - ffree) * INODE_BYTES;
  };
  return sum(folders.map((folder) => tried(() => used(folder), 0)));
}

/** A process, told from a later one with the same number. */
export interface Process {
  pid: number;
  /** In ticks since the machine started. */
  startedAt: string;
}

export const processOf = (pid: number): Process => ({ pid, startedAt: statOf(pid).startedAt });

/** Its state and when it started. The name before them may hold anything. @throws when it is gone. */
function statOf(pid: number): { state: string; startedAt: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] as string, startedAt: fields[19] as string };
}

/** It runs, or is dying: it is neither gone nor a zombie that nobody reaps. */
const lives = ({ pid, startedAt }: Process): boolean =>
  tried(() => {
    const now = statOf(pid);
    return now.startedAt === startedAt && now.state !== "Z" && now.state !== "X";
  }, false);

/** All processes of a group, by its first one's number, which must not have been waited for. */
export function killGroup(leader: number | undefined): void {
  if (leader !== undefined) tried(() => process.kill(-leader, "SIGKILL"), false);
}

export function killProcess(one: Process): void {
  if (lives(one)) tried(() => process.kill(one.pid, "SIGKILL"), false);
}

/** Resolves when a process that is dying is dead. */
export async function endOf(one: Process): Promise<void> {
  while (lives(one)) await delay(1);
}

const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors for a child, with those that this process got from its own parent, and would pass on, led to `shut`:
 * Node closes only what it opened.
 */
export function withoutInherited<T>(stdio: T[], shut: number): (T | number | "ignore")[] {
  const all: (T | number | "ignore")[] = [...stdio];
  for (const name of readdirSync("/proc/self/fd")) {
    const number = Number(name);
    const flags = tried(
      () => /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, "utf8"))?.[1],
      "",
    );
    if (number < stdio.length || !flags || (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0) continue;
    while (all.length < number) all.push("ignore");
    all[number] = shut;
  }
  return all;
}
