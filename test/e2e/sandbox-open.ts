import { randomInt, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { onTestFinished, vi } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../src/verify/code/limits.ts";
import { openSandbox, type Sandbox, type SandboxOptions } from "../../src/verify/code/sandbox.ts";
import { SandboxUnavailableError } from "../../src/verify/code/sandbox-errors.ts";

// Programs here have CPU time of their own, and a busy machine takes a multiple of it.
vi.setConfig({ testTimeout: 300_000 });

/** Small: these programs do what they can to harm the machine. */
export const SMALL: Limits = {
  ...DEFAULT_LIMITS,
  cpuMs: 1000,
  // For those that must end by themselves, on a slow machine too; who waits for the end of time says how long.
  wallMs: 90_000,
  memoryBytes: 128 << 20,
  processes: 24,
  outputBytes: 1 << 20,
  fileBytes: 8 << 20,
};

const absent = ["python3", "g++"].filter((program) => !existsSync(`/usr/bin/${program}`));

/** Why programs cannot be run in a sandbox here; `undefined` where they can. */
export const missing: string | undefined =
  absent.length > 0
    ? `no ${absent.join(", no ")} in /usr/bin`
    : await openSandbox({ warm: 0 }).then(
        async (sandbox) => void (await sandbox.close()),
        (error: unknown) => {
          if (error instanceof SandboxUnavailableError) return error.message;
          throw error;
        },
      );

export async function smallSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ warm: 0, tmpBytes: 16 << 20, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Runs Python, as text on stdout. `left`: those of its processes that outlived the run. */
export async function python(sandbox: Sandbox, source: string, limits: Partial<Limits> = {}) {
  // Other tests run programs of the same name at the same time.
  const word = randomUUID();
  const { stdout, stderr, ...ended } = await sandbox.run({
    command: ["/usr/bin/python3", "-B", "/box/main.py", word],
    files: { "main.py": source },
    limits: { ...SMALL, ...limits },
  });
  return { ...ended, stdout: stdout.toString(), stderr: stderr.toString(), left: processesWith(word) };
}

/** Seconds as no other process counts them: what is looked for in command lines. */
export const someTime = (): string => `61.${randomInt(1e9, 2e9)}`;

/** Processes of this machine with a word in their command line. */
export function processesWith(word: string): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  });
}
