import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";
import { PacoreError } from "../errors.ts";

/** The prompt has no turn that could be the problem. */
export class NoProblemError extends PacoreError {
  override name = "NoProblemError";
  constructor() {
    super("The prompt has neither a user turn nor a tool result; add the problem as a user message.");
  }
}

/** The text x of a prompt: its last user turn's, or the last observation's if a tool spoke last (App. B). */
export function problemOf(prompt: LanguageModelV4Prompt): string {
  const message = prompt[slotIndex(prompt)] as LanguageModelV4Message;
  if (message.role === "user") return userText(message.content);
  const part =
    message.role === "tool" ? message.content.findLast((p) => p.type === "tool-result") : undefined;
  return part ? observationText(part.output) : "";
}

/**
 * The same prompt with x replaced by `text`. History, system prompt, and the images and files of the turn
 * stay; of several tool results only the last is replaced, the others remain readable as history.
 */
export function replaceProblem(prompt: LanguageModelV4Prompt, text: string): LanguageModelV4Prompt {
  const index = slotIndex(prompt);
  return prompt.map((message, i) => (i === index ? withText(message, text) : message));
}

function slotIndex(prompt: LanguageModelV4Prompt): number {
  const index = prompt.findLastIndex(
    ({ role, content }) =>
      role === "user" || (role === "tool" && content.some((part) => part.type === "tool-result")),
  );
  if (index < 0) throw new NoProblemError();
  return index;
}

function userText(content: Extract<LanguageModelV4Message, { role: "user" }>["content"]): string {
  return content
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join("\n");
}

function withText(message: LanguageModelV4Message, text: string): LanguageModelV4Message {
  if (message.role === "user") {
    const first = message.content.findIndex((part) => part.type === "text");
    const filled: LanguageModelV4TextPart = {
      ...(message.content[first] as LanguageModelV4TextPart),
      type: "text",
      text,
    };
    const rest = message.content.filter((part, i) => i > first && part.type !== "text");
    const before = first < 0 ? [] : message.content.slice(0, first);
    return { ...message, content: first < 0 ? [filled, ...message.content] : [...before, filled, ...rest] };
  }
  if (message.role !== "tool") return message;
  const last = message.content.findLastIndex((part) => part.type === "tool-result");
  const content = message.content.map((part, i) =>
    i === last && part.type === "tool-result"
      ? { ...part, output: withObservation(part.output, text) }
      : part,
  );
  return { ...message, content };
}

function observationText(output: LanguageModelV4ToolResultOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "Execution denied.";
    case "content":
      return output.value.map((part) => (part.type === "text" ? part.text : "")).join("\n");
    default:
      return output satisfies never;
  }
}

/** An observation with pictures or files keeps them beside the new text. */
function withObservation(
  output: LanguageModelV4ToolResultOutput,
  text: string,
): LanguageModelV4ToolResultOutput {
  if (output.type === "error-text" || output.type === "error-json")
    return { type: "error-text", value: text };
  if (output.type !== "content") return { type: "text", value: text };
  const others = output.value.filter((part) => part.type !== "text");
  return { ...output, value: [{ type: "text", text }, ...others] };
}
