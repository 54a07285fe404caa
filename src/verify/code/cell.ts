import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { bwrapArgs } from "./bwrap-args.ts";
import { type JobFile, type Outputs, openOutputs, placeFiles } from "./cell-files.ts";
import { jobLine, outerScript, WAIT } from "./cell-shell.ts";
import { type Cgroup, type CgroupRoot, makeCgroup } from "./cgroup.ts";
import { type Limits, prlimitOf } from "./limits.ts";
import {
  childrenOf,
  endOf,
  killGroup,
  killProcess,
  type Process,
  processOf,
  roomBytes,
  treeBytes,
  withoutInherited,
} from "./process-tree.ts";
import { SandboxError } from "./sandbox-errors.ts";
import { type Ended, type Meter, superviseRun } from "./supervise.ts";

/** Who programs run as when we are root: nobody. */
export const NOBODY = 65534;

/** What every cell of a sandbox has in common. */
export interface CellPlan {
  bwrap: string;
  /** Where the folders of cells are made; must be on the file system of linked files. */
  folder: string;
  /** The seccomp filter's file. */
  filter: string;
  cgroups: CgroupRoot | undefined;
  tmpBytes: number;
  /** Node outside, shown as `/node`. */
  node: string | undefined;
}

export interface Job {
  /** As the sandbox sees it: its files are in `/box`. */
  command: readonly string[];
  files?: Readonly<Record<string, JobFile>> | undefined;
  stdin?: string | Uint8Array | undefined;
  limits: Limits;
  /** The command reserves far more memory than it uses (Node). */
  reserves?: boolean | undefined;
}

let made = 0;

/**
 * One bubblewrap with its own namespaces, started ahead of what it will run and used once: nothing of one run is there
 * in the next.
 */
export class Cell {
  readonly #plan: CellPlan;
  readonly #box: string;
  readonly #cgroup: Cgroup | undefined;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #stderr = "";
  /** The first process of the namespace: when it is gone, all are. */
  #first: Process | undefined;
  #used = false;
  #over = false;
  /** Settles when a job may be given; rejects with a `SandboxError`. */
  readonly ready: Promise<void>;

  constructor(plan: CellPlan) {
    this.#plan = plan;
    this.#box = join(plan.folder, `cell-${made++}`);
    mkdirSync(this.#box, { mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(this.#box, NOBODY, NOBODY);
    this.#cgroup = plan.cgroups && makeCgroup(plan.cgroups);
    this.#child = this.#spawn();
    const ended = new Promise<void>((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.once("error", () => resolve());
    });
    // It should die with the outer bubblewrap, which does not wait for it; nobody need rely on that.
    this.#child.once("exit", () => {
      this.kill();
      this.#over = true;
    });
    this.#gone = ended.then(() => this.#first && endOf(this.#first));
    // What a run used is read off its group before that goes.
    void this.#gone.then(() => this.#used || this.#clean());
    this.#child.stdin?.on("error", () => {});
    this.#child.stderr?.on("data", this.#noteError);
    this.ready = this.#firstByte().then(() => {
      this.#first = processOf(childrenOf(this.#child.pid as number)[0] as number);
    });
    // Whoever takes the cell learns of it; until then nobody listens.
    this.ready.catch(() => {});
  }

  #noteError = (bytes: Buffer) => {
    if (this.#stderr.length < 500) this.#stderr += bytes.toString("utf8");
  };

  #spawn(): ChildProcess {
    const { bwrap, filter, tmpBytes, node } = this.#plan;
    // With 0 the kernel would still pipe cores to the machine's collector; from within the limit cannot be changed.
    const drop = ["/usr/bin/prlimit", "--core=1:1", "--"];
    if (process.getuid?.() === 0)
      drop.push(
        "/usr/bin/setpriv",
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        "--clear-groups",
        "--no-new-privs",
        "--",
      );
    const inside = [...bwrapArgs({ box: this.#box, tmpBytes, node }), "/bin/sh", "-c", WAIT];
    const outer = outerScript(this.#box, this.#cgroup?.joins ?? []);
    const descriptor = openSync(filter, "r");
    const shut = openSync("/dev/null", "r");
    try {
      // An empty environment: `--clearenv` alone leaves the old one readable in /proc/1/environ.
      return spawn("/bin/sh", ["-c", outer, "sh", ...drop, bwrap, ...inside], {
        env: { PATH: "/usr/bin:/bin" },
        cwd: "/",
        stdio: withoutInherited(["pipe", "pipe", "pipe", descriptor], shut),
        detached: true,
      });
    } finally {
      closeSync(descriptor);
      closeSync(shut);
    }
  }

  /** The next byte of stdout, which our shells write before the program can. */
  async #firstByte(): Promise<void> {
    const out = this.#child.stdout as Readable;
    const read = new Promise<Buffer | null>((resolve) => {
      const look = () => {
        const byte = out.read(1) as Buffer | null;
        if (byte === null) return;
        out.off("readable", look);
        resolve(byte);
      };
      out.on("readable", look);
      void this.#gone.then(() => resolve(null));
      look();
    });
    if ((await read)?.toString() === "+") return;
    await this.#gone;
    throw new SandboxError(
      `The sandbox did not start: ${this.#stderr.trim().slice(0, 300) || "it just ended"}.`,
    );
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** An idle cell keeps no process alive. */
  hold(held: boolean): void {
    const handles = [this.#child, ...this.#child.stdio.slice(0, 3)] as unknown as {
      ref(): void;
      unref(): void;
    }[];
    for (const handle of handles) {
      if (held) handle.ref();
      else handle.unref();
    }
  }

  /** Runs a job and ends with it. @throws {SandboxError} or the signal's reason. */
  async run(job: Job, signal?: AbortSignal): Promise<Ended> {
    let outputs: Outputs | undefined;
    this.#used = true;
    try {
      signal?.throwIfAborted();
      await this.ready;
      placeFiles(this.#box, job);
      this.#cgroup?.limit(job.limits);
      outputs = openOutputs(this.#box);
      return await superviseRun({
        started: this.#start(job),
        gone: this.#gone,
        exitCode: () => this.#child.exitCode,
        kill: () => this.kill(),
        outputs,
        meter: this.#cgroup ?? this.#watching(job.limits),
        limits: job.limits,
        signal,
      });
    } finally {
      this.kill();
      await this.#gone;
      outputs?.stdout.destroy();
      outputs?.stderr.destroy();
      this.#clean();
    }
  }

  #start({ command, limits, reserves = false }: Job): Promise<void> {
    const capped = this.#cgroup !== undefined;
    const started = this.#firstByte();
    (this.#child.stdin as Writable).end(jobLine(prlimitOf(limits, { capped, reserves }), command));
    return started;
  }

  #watching({ memoryBytes }: Limits): Meter {
    const [outer, first] = [this.#child.pid as number, this.#first as Process];
    const outOfMemory = () =>
      treeBytes(outer, memoryBytes) + roomBytes(first.pid, ["/tmp", "/dev/shm"]) > memoryBytes;
    return { outOfMemory, cpuMs: () => undefined };
  }

  /**
   * With its first process dies everything in the namespace. Before that is known, the group is what there is: the outer
   * bubblewrap alone would leave the inner one waiting for it for ever, and the shell in it ends when nothing can be read.
   */
  kill(): void {
    if (!this.#over) killGroup(this.#child.pid);
    this.#child.stdin?.destroy();
    if (this.#first) killProcess(this.#first);
  }

  async close(): Promise<void> {
    this.hold(true);
    this.kill();
    await this.#gone;
  }

  #clean(tries = 50): void {
    rmSync(this.#box, { recursive: true, force: true });
    if (!this.#cgroup || this.#cgroup.remove() || tries === 0) return;
    setTimeout(() => this.#clean(tries - 1), 20);
  }
}
