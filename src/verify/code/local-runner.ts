import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobFile } from "./cell-files.ts";
import { withDriver } from "./drivers.ts";
import { COMPILE_LIMITS } from "./limits.ts";
import type { Language, Program } from "./program.ts";
import type { CodeRunner, Compiled, RunInput } from "./runner.ts";
import { openSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";
import { SandboxError } from "./sandbox-errors.ts";

const LONGEST_COMPLAINT = 2000;

const FILES: Record<Language, string> = { python: "main.py", cpp: "main.cpp", javascript: "main.cjs" };
/** An absolute path: what is first on somebody's PATH may be a shim of a version manager. */
const TOOLS: Record<Exclude<Language, "javascript">, string> = {
  python: "/usr/bin/python3",
  cpp: "/usr/bin/g++",
};

export interface LocalRunnerOptions extends SandboxOptions {
  /** Compiled programs that are kept. Default: 32. */
  mostCompiled?: number;
}

/** Runs programs in a bubblewrap sandbox. @throws {SandboxUnavailableError} */
export async function localRunner(options: LocalRunnerOptions = {}): Promise<CodeRunner> {
  const { mostCompiled = 32 } = options;
  const sandbox = await openSandbox(options);
  const known = new Map<string, Promise<Compiled>>();
  /** Most recently used last; what is longest out of use gives way, and is compiled again if it comes back. */
  const keep = (key: string, compiled: Promise<Compiled>) => {
    known.delete(key);
    known.set(key, compiled);
    for (const old of [...known.keys()].slice(0, -mostCompiled)) {
      known.delete(old);
      void rm(join(sandbox.folder, `program-${old}`), { force: true });
    }
  };
  return {
    name: `bubblewrap (${sandbox.caps})`,
    takesFiles: true,
    compile(program, signal) {
      const key = createHash("sha256").update(JSON.stringify(program)).digest("hex");
      const before = known.get(key);
      const used = () => keep(key, compiled);
      const compiled = before ?? compile(sandbox, { program, key, signal, used });
      keep(key, compiled);
      // A failure of the sandbox, or of whoever aborted, is not the program's for good.
      if (!before) compiled.catch(() => known.delete(key));
      return compiled;
    },
    close: () => sandbox.close(),
  };
}

interface Compilation {
  program: Program;
  key: string;
  signal: AbortSignal | undefined;
  /** Told at every run. */
  used: () => void;
}

async function compile(sandbox: Sandbox, compilation: Compilation): Promise<Compiled> {
  const { program } = compilation;
  const { language } = program;
  const tool = language === "javascript" ? sandbox.node : TOOLS[language];
  if (tool === undefined || (tool !== "/node" && !existsSync(tool)))
    throw new SandboxError(
      `${language} programs need ${tool ?? "a node executable that everybody may run"}.`,
    );
  const source = withDriver(program);
  if (language === "cpp") return compileCpp(sandbox, { ...compilation, source });
  // Node tells modules by their suffix.
  const isModule = language === "javascript" && /^\s*(import\s|export\s)/m.test(source);
  const name = isModule ? "main.mjs" : FILES[language];
  const command =
    language === "python" ? [tool, "-B", `/box/${name}`] : [tool, "--stack-size=60000", `/box/${name}`];
  return runnable(sandbox, command, { [name]: source, ...program.files });
}

async function compileCpp(
  sandbox: Sandbox,
  compilation: Compilation & { source: string },
): Promise<Compiled> {
  const path = join(sandbox.folder, `program-${compilation.key}`);
  const problem = await buildCpp(sandbox, compilation, path);
  if (problem !== undefined) return { problem };
  const { run } = runnable(sandbox, ["/box/main"], { main: { path } });
  return {
    async run(input) {
      // Whoever holds a program may have had it longer than it was kept.
      if (!existsSync(path)) await buildCpp(sandbox, { ...compilation, signal: input.signal }, path);
      compilation.used();
      return run(input);
    },
  };
}

/** @returns What the compiler had to say, if it made no program of it. */
async function buildCpp(
  sandbox: Sandbox,
  { source, program, signal }: Compilation & { source: string },
  path: string,
): Promise<string | undefined> {
  const build = "g++ -std=c++20 -O2 -pipe -I/box -o /tmp/main /box/main.cpp >&2 && exec cat /tmp/main";
  const { end, exitCode, stdout, stderr } = await sandbox.run(
    {
      command: ["/bin/sh", "-c", build],
      files: { ...program.files, "main.cpp": source },
      limits: COMPILE_LIMITS,
    },
    signal,
  );
  if (end !== "exited") return `the compiler was stopped: ${end}`;
  if (exitCode !== 0) return stderr.toString().slice(0, LONGEST_COMPLAINT);
  await writeFile(path, stdout);
  await chmod(path, 0o555);
  return undefined;
}

function runnable(
  sandbox: Sandbox,
  command: string[],
  files: Record<string, JobFile>,
): Exclude<Compiled, { problem: string }> {
  return {
    async run({ stdin, args = [], files: more, limits, signal }: RunInput) {
      const reserves = command[0] === sandbox.node;
      const job = { command: [...command, ...args], files: { ...files, ...more }, stdin, limits, reserves };
      const { end, exitCode, stdout, stderr } = await sandbox.run(job, signal);
      return { end, exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
    },
  };
}
