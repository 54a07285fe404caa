import type { View } from "./view.ts";
import { writeAnswer } from "./write-answer.ts";

/** The answer, and nothing else. */
export function quietView(stdout: NodeJS.WriteStream): View {
  return {
    show: (event) => {
      if (event.type === "finish") writeAnswer(stdout, event.result);
    },
    close: () => {},
    tell: () => {},
    extra: () => {},
  };
}
