import type { CoordinationEvent } from "../../core/events.ts";
import type { SolveResult } from "../../core/result.ts";
import { safeText } from "./text.ts";
import { answerText, writeAnswer } from "./write-answer.ts";

interface StreamedAnswerOptions {
  /** Called before anything is written. */
  onBegin: () => void;
  /** The answer is written again from its start. */
  onRestart: () => void;
}

/** The answer on a terminal, as it is written. */
export function streamedAnswer(stdout: NodeJS.WriteStream, { onBegin, onRestart }: StreamedAnswerOptions) {
  let written = "";
  let lineOpen = false;
  const breakOff = () => {
    if (lineOpen) stdout.write("\n");
    lineOpen = false;
  };
  return {
    part(event: CoordinationEvent): void {
      if (event.type === "trajectory-retry" && written !== "") {
        breakOff();
        onRestart();
        written = "";
      }
      if (event.type !== "trajectory-delta" || event.part.type !== "text-delta") return;
      onBegin();
      if (written === "") stdout.write("\n");
      written += event.part.delta;
      lineOpen = !written.endsWith("\n");
      stdout.write(safeText(event.part.delta));
    },
    /** What was not streamed, or is not what was streamed: a deadline may have ended the synthesis. */
    finish(result: SolveResult): void {
      breakOff();
      if (written !== "" && written.trim() === answerText(result).trim()) return;
      stdout.write("\n");
      writeAnswer(stdout, result);
    },
    breakOff,
  };
}
