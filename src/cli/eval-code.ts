import { codeGraders } from "../data/code-grader.ts";
import type { Grader } from "../data/grade.ts";
import type { Problem } from "../data/problem.ts";
import { openRunner } from "../verify/code/open-runner.ts";

/**
 * Graders that run programs; `undefined` if no problem needs one. The sandbox's idle cells keep nobody alive and die
 * with this process.
 * @throws {SandboxUnavailableError} before anything is paid.
 */
export async function codeGrader(
  problems: readonly Problem[],
): Promise<((problem: Problem) => Grader) | undefined> {
  if (!problems.some(({ kind }) => kind === "code")) return undefined;
  return codeGraders(await openRunner());
}
