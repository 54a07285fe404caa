import type { Checker } from "./checker.ts";
import type { CodeSettings, Tests } from "./gold.ts";
import type { Compiled } from "./runner.ts";

interface Case {
  test: Tests["tests"][number];
  check: Checker;
  settings: CodeSettings;
  signal: AbortSignal | undefined;
}

/** Why a run did not end on its own. */
export const STOPPED = {
  cpu: "it ran out of CPU time",
  wall: "it ran out of time",
  memory: "it ran out of memory",
  output: "it printed too much",
} as const;

/** How good a program is on one test, from 0 to 1, and what is wrong if it is below. What it throws is the sandbox's. */
export async function runTest(
  program: Compiled,
  { test, check, settings, signal }: Case,
): Promise<{ value: number; fault: string | undefined }> {
  const fail = (fault: string) => ({ value: 0, fault });
  if ("problem" in program) return fail(`it does not compile: ${program.problem.slice(0, 300)}`);
  const { end, exitCode, stdout, stderr } = await program.run({
    stdin: test.input,
    limits: settings.limits,
    signal,
  });
  if (end !== "exited") return fail(STOPPED[end]);
  if (exitCode !== 0) return fail(`exit code ${exitCode}: ${stderr.trim().slice(-300)}`);
  const value = await check(test, stdout, signal);
  return value === 1 ? { value, fault: undefined } : { value, fault: "another output than the tests want" };
}
