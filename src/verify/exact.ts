import { extractBoxed } from "./math/extract/boxes.ts";
import { right, type Score, type Verifier, wrong } from "./score.ts";

export interface ExactOptions {
  /** Default: it does. */
  caseMatters?: boolean;
}

/** Whether the message, or what its last box holds, is the gold answer character by character, outer space aside. */
export function scoreExact(
  prediction: string,
  gold: string,
  { caseMatters = true }: ExactOptions = {},
): Score {
  const form = (text: string) => normalExact(caseMatters ? text : text.toLowerCase());
  const answers = [prediction, extractBoxed(prediction)].filter((text) => text !== undefined);
  const found = answers.find((answer) => form(answer) === form(gold));
  if (found !== undefined) return right(found.trim(), "The same text.");
  return wrong(answers.at(-1)?.trim() ?? null, "Another text.");
}

/** One of the ways to write the same characters, line endings and outer space aside. */
const normalExact = (text: string): string => text.normalize("NFC").replaceAll("\r\n", "\n").trim();

export const exactVerifier = (options: ExactOptions = {}): Verifier => ({
  name: "exact",
  score: (prediction, gold) => scoreExact(prediction, gold, options),
  normalForm: (message) => normalExact(extractBoxed(message) ?? message),
});
