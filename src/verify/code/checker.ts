import { sameJson, sameOutput } from "./compare.ts";
import type { CodeSettings, Tests } from "./gold.ts";
import type { CodeRunner, Compiled } from "./runner.ts";
import { SandboxError } from "./sandbox-errors.ts";

type Test = Tests["tests"][number];

/** How good an output is, from 0 to 1. What it throws is the checker's own failure. */
export type Checker = (test: Test, output: string, signal?: AbortSignal) => number | Promise<number>;

/** A problem's own checker program if it has one, compiled once; else its comparison. */
export async function checkerOf(
  runner: CodeRunner,
  { checker: program }: Tests,
  { settings, signal }: { settings: CodeSettings; signal?: AbortSignal | undefined },
): Promise<Checker> {
  const { checker, tolerance, limits } = settings;
  if (!program) {
    return ({ testtype, output: gold }, output) =>
      (
        testtype === "functional"
          ? sameJson(output, gold, tolerance)
          : sameOutput(checker, output, { gold, tolerance })
      )
        ? 1
        : 0;
  }
  if (!runner.takesFiles)
    throw new SandboxError(`${runner.name} cannot run checker programs: use a local sandbox.`);
  const compiled = await runner.compile(program, signal);
  if ("problem" in compiled)
    throw new SandboxError(`The checker does not compile: ${compiled.problem.slice(0, 300)}`);
  return (test, output, abort) => verdict(compiled, { test, output, limits, signal: abort });
}

interface Case {
  test: Test;
  output: string;
  limits: CodeSettings["limits"];
  signal: AbortSignal | undefined;
}

/** What testlib's exit codes say: https://github.com/MikeMirzayanov/testlib */
async function verdict(checker: Exclude<Compiled, { problem: string }>, at: Case): Promise<number> {
  const { test, output, limits, signal } = at;
  const { end, exitCode, stderr } = await checker.run({
    stdin: "",
    args: ["/box/input.txt", "/box/output.txt", "/box/answer.txt"],
    files: { "input.txt": test.input, "output.txt": output, "answer.txt": test.output },
    limits,
    signal,
  });
  if (end !== "exited") throw new SandboxError(`The checker was stopped: ${end}.`);
  if (exitCode === 0) return 1;
  // Wrong answer, presentation error, dirt at the end, an output that ends too early.
  if (exitCode === 1 || exitCode === 2 || exitCode === 4 || exitCode === 8) return 0;
  const points = exitCode === 7 ? Number(/^\s*points\s+(\S+)/.exec(stderr)?.[1]) : Number.NaN;
  if (points >= 0 && points <= 1) return points;
  throw new SandboxError(`The checker failed with exit code ${exitCode}: ${stderr.trim().slice(0, 200)}`);
}
