import { type ChildProcess, spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { bwrapArgs } from "./bwrap-args.ts";
import { type Cgroup, type CgroupRoot, makeCgroup } from "./cgroup.ts";
import { type Limits, prlimitOf } from "./limits.ts";
import { childrenOf, endOfProcess, withoutInherited } from "./process-tree.ts";
import { SandboxError } from "./sandbox-errors.ts";
import { type Ended, superviseRun } from "./supervise.ts";

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

/** A file for a job: its text or bytes, or where it is already. */
export type JobFile = string | Uint8Array | { path: string };

export interface Job {
  /** As the sandbox sees it: its files are in `/box`. */
  command: readonly string[];
  files?: Readonly<Record<string, JobFile>> | undefined;
  stdin?: string | Uint8Array | undefined;
  limits: Limits;
  /** The command reserves far more memory than it uses (Node). */
  reserves?: boolean | undefined;
}

/** Says that it is there, waits for a line, and becomes what the line says. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the shell.
const WAIT = 'nl=$(printf "\\n_"); nl=${nl%_}; printf +; IFS= read -r line && eval "exec $line"';
/** Says that the limits hold. What comes after this byte is the program's own. */
const BEGIN = 'printf +; exec "$@"';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** Within quotes, in what is read as one line. */
const LINE_BREAK = `'"$nl"'`;

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
  /** The first process of the namespace, by its number outside: when it is gone, all are. */
  #first: number | undefined;
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
    // The outer bubblewrap does not wait for what the program left running.
    this.#gone = ended.then(() => (this.#first === undefined ? undefined : endOfProcess(this.#first)));
    void this.#gone.then(() => this.#clean());
    this.#child.stdin?.on("error", () => {});
    this.#child.stderr?.on("data", this.#noteError);
    this.ready = this.#firstByte().then(() => {
      this.#first = childrenOf(this.#child.pid as number)[0];
    });
    // Whoever takes the cell learns of it; until then nobody listens.
    this.ready.catch(() => {});
  }

  #noteError = (bytes: Buffer) => {
    if (this.#stderr.length < 500) this.#stderr += bytes.toString("utf8");
  };

  #spawn(): ChildProcess {
    const { bwrap, filter, tmpBytes, node } = this.#plan;
    const drop =
      process.getuid?.() === 0
        ? [
            "/usr/bin/setpriv",
            `--reuid=${NOBODY}`,
            `--regid=${NOBODY}`,
            "--clear-groups",
            "--no-new-privs",
            "--",
          ]
        : [];
    const inside = [...bwrapArgs({ box: this.#box, tmpBytes, node }), "/bin/sh", "-c", WAIT];
    const join = (this.#cgroup?.joins ?? []).map((file) => `echo $$ > ${quoted(file)} && `).join("");
    const descriptor = openSync(filter, "r");
    const shut = openSync("/dev/null", "r");
    try {
      // An empty environment: `--clearenv` alone leaves the old one readable in /proc/1/environ.
      return spawn("/bin/sh", ["-c", `${join}exec "$@"`, "sh", ...drop, bwrap, ...inside], {
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
    try {
      signal?.throwIfAborted();
      await this.ready;
      this.#place(job.files ?? {});
      this.#cgroup?.limit(job.limits);
      const started = this.#start(job);
      return await superviseRun({
        child: this.#child,
        started,
        gone: this.#gone,
        cgroup: this.#cgroup,
        limits: job.limits,
        signal,
      });
    } finally {
      this.kill();
      await this.#gone;
    }
  }

  #place(files: NonNullable<Job["files"]>): void {
    for (const [name, file] of Object.entries(files)) {
      if (!/^[\w.-]+$/.test(name) || name.startsWith("."))
        throw new SandboxError(`${name} is no name for a file.`);
      const target = join(this.#box, name);
      if (typeof file === "string" || file instanceof Uint8Array)
        writeFileSync(target, file, { mode: 0o444 });
      else linkOrCopy(file.path, target);
    }
  }

  #start({ command, limits, stdin, reserves = false }: Job): Promise<void> {
    const capped = this.#cgroup !== undefined;
    const words = [...prlimitOf(limits, { capped, reserves }), "/bin/sh", "-c", BEGIN, "sh", ...command];
    const input = this.#child.stdin as Writable;
    const started = this.#firstByte();
    input.write(`${words.map(quoted).join(" ").replaceAll("\n", LINE_BREAK)}\n`);
    void started.then(
      () => {
        this.#child.stderr?.off("data", this.#noteError);
        input.end(stdin ?? "");
      },
      () => {},
    );
    return started;
  }

  /** With bubblewrap dies the first process of the namespace, and with that everything in it. */
  kill(): void {
    this.#child.kill("SIGKILL");
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

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
