import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Of a sandbox's folder; the number of its process follows. */
export const FOLDER_PREFIX = "pacore-sandbox-";

/** Folders that killed processes left behind. */
export async function sweepFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(FOLDER_PREFIX) ? ownerIn(name) : undefined;
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    // Another user's is theirs to remove.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Rooms whose owner was killed while they were being made: the inner bubblewrap waits for the outer one for ever. What
 * belongs to another container is not ours to judge, for its numbers are others: there are more of them.
 */
export function sweepProcesses(proc = "/proc"): number[] {
  const depth = numbersOf(join(proc, "self")) + 1;
  return readdirSync(proc).flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || !isOrphan(proc, name, depth)) return [];
    try {
      process.kill(pid, "SIGKILL");
      return [pid];
    } catch {
      return [];
    }
  });
}

function isOrphan(proc: string, name: string, depth: number): boolean {
  try {
    const command = readFileSync(join(proc, name, "cmdline"), "utf8");
    const owner = /\bbwrap\0/.test(command) ? ownerIn(command) : undefined;
    return owner !== undefined && !existsSync(join(proc, owner)) && numbersOf(join(proc, name)) === depth;
  } catch {
    return false;
  }
}

const ownerIn = (text: string): string | undefined => /pacore-sandbox-(\d+)-/.exec(text)?.[1];

/** How many numbers a process has: one in each process namespace that it is in. */
const numbersOf = (folder: string): number =>
  /^NSpid:((?:\s+\d+)+)/m
    .exec(readFileSync(join(folder, "status"), "utf8"))?.[1]
    ?.trim()
    .split(/\s+/).length ?? 0;
