import type { Limits } from "./limits.ts";
import type { Program } from "./program.ts";
import type { End } from "./supervise.ts";

/** What a program did with one input. */
export interface Run {
  end: End;
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface RunInput {
  stdin: string;
  args?: readonly string[] | undefined;
  /** In `/box`, next to the program. */
  files?: Readonly<Record<string, string>> | undefined;
  limits: Limits;
  signal?: AbortSignal | undefined;
}

/** A program that is ready to run, as often as wanted; or what its compiler says. */
export type Compiled = { problem: string } | { run(input: RunInput): Promise<Run> };

/**
 * Where programs run: the sandbox of this machine, or one over HTTP. What it throws is its own failure, never the
 * program's.
 */
export interface CodeRunner {
  readonly name: string;
  /** Whether runs can be given arguments and files, which checkers need. */
  readonly takesFiles: boolean;
  compile(program: Program, signal?: AbortSignal): Promise<Compiled>;
  close(): Promise<void>;
}
