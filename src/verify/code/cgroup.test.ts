import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findCgroupRoot, makeCgroup } from "./cgroup.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "pacore-cgroup-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** A group whose files are there, as a kernel would make them. */
function group(version: 1 | 2, files: Record<string, string>) {
  const root = folder();
  const made = makeCgroup({ version, folders: [root] });
  const path = join(made.joins[0] as string, "..");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { made, read: (name: string) => readFileSync(join(path, name), "utf8") };
}

const limits = { ...DEFAULT_LIMITS, memoryBytes: 1000, processes: 10 };

test("version 2 is limited and read by its files", () => {
  const { made, read } = group(2, {
    "memory.max": "max",
    "memory.swap.max": "max",
    "memory.oom.group": "0",
    "pids.max": "max",
    "memory.events": "low 0\noom 1\noom_kill 1\noom_group_kill 1\n",
    "cpu.stat": "usage_usec 1500000\nuser_usec 1\n",
  });
  made.limit(limits);
  expect(["memory.max", "memory.swap.max", "memory.oom.group", "pids.max"].map(read)).toEqual([
    "1000",
    "0",
    "1",
    "14",
  ]);
  expect([made.outOfMemory(), made.cpuMs()]).toEqual([true, 1500]);
});

test("version 1 is limited and read by its files", () => {
  const { made, read } = group(1, {
    "memory.limit_in_bytes": "9",
    "memory.memsw.limit_in_bytes": "9",
    "pids.max": "max",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n",
    "cpuacct.usage": "2000000\n",
  });
  made.limit(limits);
  expect(["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max"].map(read)).toEqual([
    "1000",
    "1000",
    "14",
  ]);
  expect([made.outOfMemory(), made.cpuMs()]).toEqual([false, 2]);
});

test("where no group with controllers can be made, there is none", () => {
  const [proc, mount] = [folder(), folder()];
  expect(findCgroupRoot(join(proc, "missing"))).toBeUndefined();
  writeFileSync(join(proc, "cgroup"), "0::/user.slice\n");
  writeFileSync(join(proc, "mountinfo"), `30 23 0:26 / ${mount} rw - cgroup2 cgroup2 rw\n`);
  mkdirSync(join(mount, "user.slice"));
  expect(findCgroupRoot(proc)).toBeUndefined();
});
