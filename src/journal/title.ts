import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { problemOf } from "../core/prompt-slot.ts";

const MOST_CHARACTERS = 120;

/** What a list of runs shows of the problem: its first line that says something. */
export function titleOf(call: unknown): string {
  const line = problemText(call)
    .split(/[\r\n\u2028\u2029]+/)
    .map((text) => text.trim())
    .find((text) => text !== "");
  return Array.from(line ?? "")
    .slice(0, MOST_CHARACTERS)
    .join("")
    .toWellFormed()
    .replaceAll("\0", "");
}

/** A header's call comes from outside the type system, and a title is not worth failing for. */
function problemText(call: unknown): string {
  try {
    return problemOf((call as { prompt: LanguageModelV4Prompt }).prompt);
  } catch {
    return "";
  }
}
