import { InvalidOptionError } from "../errors.ts";
import { readGold } from "../verify/code/gold.ts";
import type { CodeRunner } from "../verify/code/runner.ts";
import { codeVerifier } from "../verify/code/verifier.ts";
import type { Grader } from "./grade.ts";
import type { Problem } from "./problem.ts";

/** Graders that run programs in a sandbox. They throw {@link InvalidOptionError} for tests or options that are none. */
export function codeGraders(runner: CodeRunner): (problem: Problem) => Grader {
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
