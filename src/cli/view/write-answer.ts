import type { SolveResult } from "../../core/result.ts";
import { textOf } from "../../core/trajectory.ts";
import { safeText } from "./text.ts";

/** The answer; of one that was cut off, what there is of it. */
export function answerText({ answer, content }: SolveResult): string {
  return answer || textOf(content);
}

/** The answer with a line end. A file or a program gets its exact text, a terminal no control characters. */
export function writeAnswer(stdout: NodeJS.WriteStream, result: SolveResult): void {
  const answer = answerText(result);
  if (answer === "") return;
  const text = stdout.isTTY ? safeText(answer) : answer;
  stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
