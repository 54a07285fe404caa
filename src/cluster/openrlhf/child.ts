import { spawn } from "node:child_process";
import { createWriteStream, existsSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { InvalidOptionError } from "../../errors.ts";
import { endOf, killGroup, type Process, processOf } from "../../verify/code/process-tree.ts";

export interface ChildCommand {
  command: string;
  args: readonly string[];
  /** On top of this process's. */
  env: Readonly<Record<string, string>>;
  /** Ends what the process started elsewhere, on a cluster. */
  stop?: { command: string; args: readonly string[] };
}

export interface ChildOptions {
  /** What it prints goes there, behind what is there. */
  log: string;
  /** Kept while it runs, so that a later life finds what this one left. */
  record: string;
  /** Not for the log: it prints its arguments. */
  secrets?: readonly string[];
  /** The setting at fault where the command cannot be started. */
  setting: string;
  /** How long it has after SIGTERM. */
  graceMs?: number;
}

export interface Child extends AsyncDisposable {
  /** How it ended, once its output is written. @throws {InvalidOptionError} if it could not be started. */
  ended: Promise<ChildEnd>;
  /** The last lines it printed. */
  tail(): string;
  /** Ends it and all it started. */
  stop(): Promise<void>;
}

export interface ChildEnd {
  code: number | null;
  signal: string | null;
}

const TAIL_LINES = 20;

/** A process with a group of its own: it does not get the terminal's Ctrl-C, but is told to end when that is due. */
export async function startChild(command: ChildCommand, options: ChildOptions): Promise<Child> {
  const { log, record, secrets = [], setting, graceMs = 30_000 } = options;
  await mkdir(dirname(log), { recursive: true });
  const child = spawn(command.command, command.args, {
    env: { ...process.env, ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const file = createWriteStream(log, { flags: "a" });
  const last: string[] = [];
  const keep = (line: string) => {
    const text = secrets.reduce((all, secret) => all.replaceAll(secret, "[redacted]"), line);
    last.push(text);
    if (last.length > TAIL_LINES) last.shift();
    file.write(`${text}\n`);
  };
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", keep);
  if (child.pid !== undefined) writeFileSync(record, `${JSON.stringify(recordOf(child.pid, command))}\n`);
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once("error", (cause) => {
      const problem = `${command.command} cannot be started (${cause.message}).`;
      reject(new InvalidOptionError(setting, problem, { cause }));
    });
    child.once("close", (code, signal) => resolve({ code, signal }));
  }).finally(() => {
    file.end();
    rmSync(record, { force: true });
  });
  // Who stops it before looking is not told by a crash of the process.
  ended.catch(() => {});
  const stop = async () => {
    await endGroup(child.pid, ended, graceMs);
    await runStop(command.stop);
  };
  return { ended, tail: () => last.join("\n"), stop, [Symbol.asyncDispose]: stop };
}

/** SIGTERM, and after a while SIGKILL, for all processes of the group. */
async function endGroup(pid: number | undefined, ended: Promise<unknown>, graceMs: number): Promise<void> {
  const over = ended.then(
    () => true,
    () => true,
  );
  if (await Promise.race([over, delay(0, false)])) return;
  signalGroup(pid, "SIGTERM");
  const patience = new AbortController();
  const waited = delay(graceMs, false, { signal: patience.signal }).catch(() => false);
  if (!(await Promise.race([over, waited]))) killGroup(pid);
  patience.abort();
  await over;
  // What outlived its first process.
  killGroup(pid);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}

/** A command whose failure is no news: there may be nothing to stop. */
async function runStop(stop: ChildCommand["stop"]): Promise<void> {
  if (!stop) return;
  await new Promise<void>((resolve) => {
    const child = spawn(stop.command, stop.args, { stdio: "ignore", timeout: 60_000 });
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
}

interface ChildRecord extends Partial<Process> {
  stop?: { command: string; args: readonly string[] };
}

/** Where the kernel does not tell when a process began, a number alone is not trusted later. */
function recordOf(pid: number, { stop }: ChildCommand): ChildRecord {
  try {
    return { ...processOf(pid), ...(stop && { stop }) };
  } catch {
    return stop ? { stop } : {};
  }
}

/** End what an earlier life left running: killed, it could not do so itself. */
export async function endOrphan(record: string): Promise<void> {
  if (!existsSync(record)) return;
  const { pid, startedAt, stop } = parseRecord(await readFile(record, "utf8"));
  if (pid !== undefined && startedAt !== undefined && isSame({ pid, startedAt })) {
    killGroup(pid);
    await endOf({ pid, startedAt });
  }
  await runStop(stop);
  rmSync(record, { force: true });
}

function parseRecord(text: string): ChildRecord {
  try {
    return JSON.parse(text);
  } catch {
    // Killed while it wrote: what was started cannot be known.
    return {};
  }
}

export function isSame({ pid, startedAt }: Process): boolean {
  try {
    return processOf(pid).startedAt === startedAt;
  } catch {
    return false;
  }
}
