import type { LanguageModelV4Content } from "@ai-sdk/provider";
import { type CompactMessage, reasoningOf, textOf } from "./trajectory.ts";

/** What compaction sees of a call that ended. */
export interface Sample {
  content: readonly LanguageModelV4Content[];
  /** The output limit (or the context window) ended it, not the model. */
  truncated: boolean;
}

/**
 * C(ω): the conclusion of a sample, or null where there is none. Your own may be asynchronous (a model that
 * summarises); it runs once a trajectory, and its result is kept in the journal.
 */
export type Compaction = (sample: Sample) => CompactMessage | null | Promise<CompactMessage | null>;

const THINK_START = /^\s*<(think|thinking)>/;

/**
 * Keep the conclusion, drop the reasoning (§2.1, Eq. 2): separated reasoning is dropped; else the text after
 * the last `</think>`, or inside the last `<answer>`. A tool call is part of the conclusion, as text.
 *
 * Unlike the reference, reasoning that was cut off is never taken for a conclusion.
 * @returns The conclusion, or null if the sample ended before there was one.
 */
export function compact({ content, truncated }: Sample): CompactMessage | null {
  const calls = content.filter((part) => part.type === "tool-call").map(toolCallText);
  const text = conclusionOf(textOf(content), { truncated, separated: reasoningOf(content) !== "" });
  const message = [text, ...calls].filter((part) => part !== "").join("\n\n");
  return message === "" ? null : message;
}

/** The conclusion in a text that may hold its reasoning inline; `""` if it has none. */
function conclusionOf(
  text: string,
  { truncated, separated }: { truncated: boolean; separated: boolean },
): string {
  const end = Math.max(endOf(text, "</think>"), endOf(text, "</thinking>"));
  if (end >= 0) return answerOf(text.slice(end));
  // Without a closing tag: still inside its reasoning, if it opened any; and if it was cut off, there is no
  // telling, for many chat templates open the block in the prompt, so that the text shows no tag at all.
  if (THINK_START.test(text) || (truncated && !separated)) return "";
  return answerOf(text);
}

function endOf(text: string, tag: string): number {
  const at = text.lastIndexOf(tag);
  return at < 0 ? -1 : at + tag.length;
}

/** The inside of the last `<answer>`, closed or cut short; else the whole text, trimmed. */
function answerOf(text: string): string {
  const open = text.lastIndexOf("<answer>");
  if (open < 0) return text.trim();
  const inside = text.slice(open + "<answer>".length);
  const close = inside.indexOf("</answer>");
  return (close < 0 ? inside : inside.slice(0, close)).trim();
}

/** As the chat templates of open models write a call, so that a trained model reads it as one. */
function toolCallText(call: { toolName: string; input: string }): string {
  return `<tool_call>\n{"name": ${JSON.stringify(call.toolName)}, "arguments": ${call.input || "{}"}}\n</tool_call>`;
}

/** For the policy `keep-tail`: the end of what a cut-off sample had, at most `characters` of it. */
export function tailOf({ content }: Sample, characters: number): CompactMessage | null {
  const all = (reasoningOf(content) + textOf(content)).replace(/<\/?(think|thinking)>/g, "").trim();
  // Not in the middle of a surrogate pair.
  const tail = all
    .slice(-characters)
    .replace(/^[\uDC00-\uDFFF]/, "")
    .trim();
  return tail === "" ? null : tail;
}
