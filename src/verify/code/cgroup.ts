import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Limits } from "./limits.ts";

/** Caps what all processes of one sandbox use together, which no limit of a process does. */
export interface Cgroup {
  /** Files that a process writes its number to, to join. */
  readonly joins: readonly string[];
  limit(limits: Limits): void;
  /** Processes killed because memory ran out. */
  outOfMemory(): boolean;
  /** CPU time of all its processes; `undefined` where nobody counts it. */
  cpuMs(): number | undefined;
  /** Once its processes are gone. `false`: they are not, yet. */
  remove(): boolean;
}

/** The sandbox's own processes: bubblewrap twice and the shell. */
const OWN_PROCESSES = 4;

/** Where cgroups may be made, and by which version's files. */
export interface CgroupRoot {
  version: 1 | 2;
  /** One folder per controller for version 1, one for all for version 2. */
  folders: readonly string[];
}

/** Where this process may make cgroups that cap memory and processes; `undefined` where it may not. */
export function findCgroupRoot(proc = "/proc/self"): CgroupRoot | undefined {
  let mounts: Mount[];
  let paths: string[][];
  try {
    mounts = readFileSync(join(proc, "mountinfo"), "utf8")
      .split("\n")
      .map(readMount)
      .filter((mount) => mount.type.startsWith("cgroup"));
    paths = readFileSync(join(proc, "cgroup"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(/:(.*):(.*)/s));
  } catch {
    return undefined;
  }
  return firstVersion(mounts, paths) ?? secondVersion(mounts, paths);
}

interface Mount {
  root: string;
  folder: string;
  type: string;
  controllers: string[];
}

function readMount(line: string): Mount {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root = "/", folder = ""] = before.split(" ");
  const [type = "", , controllers = ""] = after.split(" ");
  return { root, folder, type, controllers: controllers.split(",") };
}

/** The folder of a cgroup path as this mount shows it. */
const shown = ({ root, folder }: Mount, path: string): string =>
  join(folder, path.startsWith(root) ? path.slice(root.length) : "/");

function firstVersion(mounts: Mount[], paths: string[][]): CgroupRoot | undefined {
  const folders: string[] = [];
  for (const name of ["memory", "pids", "cpuacct"]) {
    const mount = mounts.find(({ type, controllers }) => type === "cgroup" && controllers.includes(name));
    const path = paths.find(([, controllers]) => controllers?.split(",").includes(name))?.[2] ?? "/";
    const folder =
      mount && [shown(mount, path), mount.folder].find((candidate) => canHold(candidate, "cgroup.procs"));
    if (folder) folders.push(folder);
    else if (name !== "cpuacct") return undefined;
  }
  return { version: 1, folders };
}

function secondVersion(mounts: Mount[], paths: string[][]): CgroupRoot | undefined {
  const mount = mounts.find(({ type }) => type === "cgroup2");
  if (!mount) return undefined;
  const own = shown(mount, paths.find(([number]) => number === "0")?.[2] ?? "/");
  // A group with processes cannot hand out controllers, so that its parent is the likelier place.
  const folder = [own, dirname(own), mount.folder].find(
    (candidate) =>
      candidate.startsWith(mount.folder) &&
      canHold(candidate, "memory.max") &&
      canHold(candidate, "pids.max"),
  );
  return folder === undefined ? undefined : { version: 2, folders: [folder] };
}

/** Whether a group made here has a file, and so a controller. */
function canHold(folder: string, file: string): boolean {
  const trial = join(folder, `pacore-${process.pid}-trial`);
  try {
    mkdirSync(trial);
    const found = existsSync(join(trial, file));
    rmdirSync(trial);
    return found;
  } catch {
    return false;
  }
}

let made = 0;

export function makeCgroup({ version, folders }: CgroupRoot): Cgroup {
  const name = `pacore-${process.pid}-${made++}`;
  const groups = folders.map((folder) => join(folder, name));
  for (const group of groups) mkdirSync(group, { recursive: true });
  // Controllers of version 1 may be mounted together: which folder has a file is asked, not known.
  const find = (file: string) => groups.map((group) => join(group, file)).find((path) => existsSync(path));
  const put = (file: string, value: number) => {
    const path = find(file);
    if (path) writeFileSync(path, String(value));
  };
  const counted = (file: string, pattern: RegExp): number | undefined => {
    const path = find(file);
    const found = path && pattern.exec(readFileSync(path, "utf8"));
    return found ? Number(found[1]) : undefined;
  };
  return {
    joins: groups.map((group) => join(group, "cgroup.procs")),
    limit({ memoryBytes, processes }) {
      put("pids.max", processes + OWN_PROCESSES);
      put(version === 1 ? "memory.limit_in_bytes" : "memory.max", memoryBytes);
      // Swap included: it would only make a bomb slow.
      if (version === 1) put("memory.memsw.limit_in_bytes", memoryBytes);
      else put("memory.swap.max", 0);
      put("memory.oom.group", 1);
    },
    outOfMemory: () =>
      (counted(version === 1 ? "memory.oom_control" : "memory.events", /^oom_kill (\d+)/m) ?? 0) > 0,
    cpuMs() {
      const nanoseconds = counted("cpuacct.usage", /(\d+)/);
      if (nanoseconds !== undefined) return nanoseconds / 1e6;
      const microseconds = counted("cpu.stat", /^usage_usec (\d+)/m);
      return microseconds === undefined ? undefined : microseconds / 1000;
    },
    remove: () => groups.map(removed).every(Boolean),
  };
}

function removed(group: string): boolean {
  try {
    rmdirSync(group);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  return true;
}

/** Groups that a killed process left behind. */
export function sweepCgroups({ folders }: CgroupRoot): void {
  for (const folder of new Set(folders)) {
    for (const name of readdirSync(folder)) {
      const owner = /^pacore-(\d+)-/.exec(name)?.[1];
      if (owner !== undefined && !existsSync(`/proc/${owner}`)) removed(join(folder, name));
    }
  }
}
