import { execFile } from "node:child_process";
import { accessSync, chmodSync, constants, existsSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Semaphore } from "../../core/semaphore.ts";
import { Cell, type CellPlan, type Job } from "./cell.ts";
import { findCgroupRoot, sweepCgroups } from "./cgroup.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { SandboxUnavailableError } from "./sandbox-errors.ts";
import { seccompFilter } from "./seccomp.ts";
import type { Ended } from "./supervise.ts";
import { FOLDER_PREFIX, sweepFolders, sweepProcesses } from "./sweep.ts";

export interface SandboxOptions {
  /** Runs at once. Default: one for each processor, at most 8. */
  concurrency?: number | undefined;
  /** Cells started ahead of need. Default: as many as run at once. */
  warm?: number | undefined;
  /** Size of `/tmp` in a cell. Default: 64 MiB. */
  tmpBytes?: number | undefined;
  /** Path of bubblewrap. Default: `bwrap` on the PATH. */
  bwrap?: string | undefined;
  /** `false`: cap memory by watching, as where no cgroup can be made. Weaker; for tests. */
  cgroups?: boolean | undefined;
}

const DEFAULT_CONCURRENCY = Math.min(8, availableParallelism());

/** Runs programs that nobody trusts, each in a room of its own. */
export class Sandbox {
  /** How memory and processes are capped: by a cgroup (and its version), or by limits of a process and by watching. */
  readonly caps: "cgroup v1" | "cgroup v2" | "watched";
  /** Whether programs for Node can be run: its executable as the sandbox sees it. */
  readonly node: string | undefined;
  /** Programs may be kept here: cells link to them. */
  readonly folder: string;
  readonly #plan: CellPlan;
  readonly #warm: number;
  readonly #gate: Semaphore;
  readonly #idle: Cell[] = [];
  readonly #running = new Set<Cell>();
  readonly #leave: () => void;
  #closed = false;

  constructor(plan: CellPlan, { concurrency = DEFAULT_CONCURRENCY, warm = concurrency }: SandboxOptions) {
    this.#plan = plan;
    this.#warm = warm;
    this.#gate = new Semaphore(concurrency);
    this.caps = plan.cgroups ? `cgroup v${plan.cgroups.version}` : "watched";
    this.node = plan.node?.startsWith("/usr/") ? plan.node : plan.node && "/node";
    this.folder = plan.folder;
    this.#leave = () => {
      for (const cell of [...this.#idle, ...this.#running]) cell.kill();
      rmSync(plan.folder, { recursive: true, force: true });
    };
    process.once("exit", this.#leave);
  }

  /**
   * Runs one command to its end; what it started dies with it.
   * @throws {SandboxError} when the sandbox is at fault, and the signal's reason when it aborts.
   */
  async run(job: Job, signal: AbortSignal = new AbortController().signal): Promise<Ended> {
    const release = await this.#gate.acquire(signal);
    try {
      const cell = this.#take();
      cell.hold(true);
      this.#running.add(cell);
      return await cell.run(job, signal).finally(() => this.#running.delete(cell));
    } finally {
      release();
    }
  }

  /** A cell that waits, and others in its place. */
  #take(): Cell {
    let cell = this.#idle.shift();
    // Somebody may have ended it since.
    while (cell && !cell.alive) cell = this.#idle.shift();
    cell ??= new Cell(this.#plan);
    try {
      this.#refill();
    } catch {
      // The machine has no room for more just now; whoever needs one will learn why.
    }
    return cell;
  }

  #refill(): void {
    while (!this.#closed && this.#idle.length < this.#warm) {
      const cell = new Cell(this.#plan);
      cell.hold(false);
      this.#idle.push(cell);
    }
  }

  /** Ends the cells that wait. Runs that have begun go on. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((cell) => cell.close()));
    process.off("exit", this.#leave);
    await rm(this.#plan.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A bubblewrap sandbox, tried out before it is handed over.
 * @throws {SandboxUnavailableError} where none can be had. Nothing is ever run without one.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  if (process.platform !== "linux") throw new SandboxUnavailableError("this is not Linux.");
  const filter = seccompFilter();
  if (!filter) throw new SandboxUnavailableError(`there is no seccomp filter for ${process.arch}.`);
  const bwrap = options.bwrap ?? findBwrap();
  await checkVersion(bwrap);
  for (const tool of [
    "/usr/bin/prlimit",
    "/usr/bin/mkfifo",
    "/bin/sh",
    ...(process.getuid?.() === 0 ? ["/usr/bin/setpriv"] : []),
  ]) {
    if (!existsSync(tool)) throw new SandboxUnavailableError(`${tool} is missing (util-linux, coreutils).`);
  }
  const cgroups = options.cgroups === false ? undefined : findCgroupRoot();
  if (cgroups) sweepCgroups(cgroups);
  sweepProcesses();
  await sweepFolders();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  // Cells are nobody's when we are root, and each is closed to others.
  chmodSync(folder, 0o711);
  await writeFile(join(folder, "filter"), filter);
  const plan: CellPlan = {
    bwrap,
    folder,
    filter: join(folder, "filter"),
    cgroups,
    tmpBytes: options.tmpBytes ?? 64 << 20,
    node: findNode(),
  };
  return tried(new Sandbox(plan, options));
}

async function tried(sandbox: Sandbox): Promise<Sandbox> {
  try {
    const { exitCode, stdout } = await sandbox.run({
      command: ["/bin/echo", "here"],
      limits: DEFAULT_LIMITS,
    });
    if (exitCode !== 0 || stdout.toString() !== "here\n") throw new Error(`echo ended with ${exitCode}.`);
    return sandbox;
  } catch (cause) {
    await sandbox.close();
    throw new SandboxUnavailableError(`bubblewrap cannot run here: ${(cause as Error).message}`, { cause });
  }
}

function findBwrap(): string {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin"];
  const found = folders
    .filter(Boolean)
    .map((folder) => join(folder, "bwrap"))
    .find(existsSync);
  if (found === undefined) throw new SandboxUnavailableError("bubblewrap (bwrap) is not installed.");
  return found;
}

async function checkVersion(bwrap: string): Promise<void> {
  const { stdout } = await promisify(execFile)(bwrap, ["--version"]).catch((cause: Error) => {
    throw new SandboxUnavailableError(`${bwrap} does not run: ${cause.message}.`, { cause });
  });
  const [major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
  if (major === 0 && minor < 8) throw new SandboxUnavailableError(`${stdout.trim()} is too old.`);
}

/** A Node that nobody may run, too: one in root's home is of no use. */
function findNode(): string | undefined {
  const isRoot = process.getuid?.() === 0;
  return [process.execPath, "/usr/bin/node", "/usr/local/bin/node"].find((path) => {
    if (!/^node/.test(path.slice(path.lastIndexOf("/") + 1)) || !existsSync(path)) return false;
    if (!isRoot) return canExecute(path);
    for (let at = path; at !== "/"; at = dirname(at)) if ((statSync(at).mode & 0o001) === 0) return false;
    return (statSync(path).mode & 0o004) !== 0;
  });
}

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
