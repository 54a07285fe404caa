import type { Grader } from "../data/grade.ts";
import type { Problem } from "../data/problem.ts";
import { InvalidOptionError } from "../errors.ts";
import { readGold } from "../verify/code/gold.ts";
import { openRunner } from "../verify/code/open-runner.ts";
import { codeVerifier } from "../verify/code/verifier.ts";

/**
 * Graders that run programs; `undefined` if no problem needs one. The sandbox's idle cells keep nobody alive and die
 * with this process.
 * @throws {SandboxUnavailableError} before anything is paid.
 */
export async function codeGrader(
  problems: readonly Problem[],
): Promise<((problem: Problem) => Grader) | undefined> {
  if (!problems.some(({ kind }) => kind === "code")) return undefined;
  const runner = await openRunner();
  return ({ id, answer, options }) => {
    const verifier = readable(id, () => {
      readGold(answer);
      return codeVerifier({ runner, options });
    });
    return {
      score: (message, signal) => verifier.score(message, answer, { signal }),
      normalForm: (message) => verifier.normalForm?.(message) ?? message,
    };
  };
}

function readable<T>(id: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new InvalidOptionError("data", `${id} has tests or options that the code verifier cannot read.`, {
      cause,
    });
  }
}
