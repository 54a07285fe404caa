import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ENTRY = fileURLToPath(new URL("./cli-entry.mjs", import.meta.url));

export interface CliResult {
  stdout: string;
  stderr: string;
  /** The exit code, or the signal that ended the process. */
  code: number | NodeJS.Signals | null;
}

export interface CliOptions {
  env?: Record<string, string>;
  stdin?: string;
  /** Sees the process once it runs. */
  onStart?: (child: ChildProcess) => void;
}

/** The CLI of the sources in a process of its own, which knows nothing of this machine's settings. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { env = {}, stdin = "", onStart } = options;
  const child = spawn(process.execPath, [ENTRY, ...args], {
    env: { PATH: process.env.PATH, HOME: tmpdir(), XDG_DATA_HOME: join(tmpdir(), "pacore-no-such"), ...env },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  onStart?.(child);
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const ended = new Promise<CliResult["code"]>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout).catch(() => ""),
    text(child.stderr),
    ended,
  ]);
  return { stdout, stderr, code };
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pacore-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
