import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { imagePart, pdfPart, toolInput } from "../chat/to-prompt.ts";
import { badRequest } from "../errors/api-error.ts";
import type { ContentPart, InputItem } from "./schema.ts";

type Assistant = Extract<LanguageModelV4Message, { role: "assistant" }>;
type User = Extract<LanguageModelV4Message, { role: "user" }>;

/**
 * Input items as the AI SDK's prompt. Items of one assistant turn become one message, as do the results of its
 * calls: the order that chat models expect. Reasoning items of earlier turns are dropped.
 * @throws ApiError 400 naming the item.
 */
export function toPrompt(
  items: readonly InputItem[],
  instructions: string | null | undefined,
): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = instructions ? [{ role: "system", content: instructions }] : [];
  const toolNames = new Map<string, string>();
  for (const [i, item] of items.entries()) append(prompt, item, { at: `input[${i}]`, toolNames });
  return prompt;
}

interface Place {
  at: string;
  toolNames: Map<string, string>;
}

function append(prompt: LanguageModelV4Prompt, item: InputItem, { at, toolNames }: Place): void {
  if ("role" in item) return appendMessage(prompt, item, at);
  switch (item.type) {
    case "reasoning":
      return;
    case "function_call": {
      const { call_id: toolCallId, name: toolName } = item;
      toolNames.set(toolCallId, toolName);
      assistantTurn(prompt).push({
        type: "tool-call",
        toolCallId,
        toolName,
        input: toolInput(item.arguments),
      });
      return;
    }
    case "function_call_output": {
      const toolName = toolNames.get(item.call_id);
      if (toolName === undefined) {
        throw badRequest(
          `No tool call found for function call output with call_id ${item.call_id}.`,
          `${at}.call_id`,
        );
      }
      const last = prompt.at(-1);
      const turn: Extract<LanguageModelV4Message, { role: "tool" }> =
        last?.role === "tool" ? last : { role: "tool", content: [] };
      if (last !== turn) prompt.push(turn);
      const value = typeof item.output === "string" ? item.output : textOf(item.output, `${at}.output`);
      turn.content.push({
        type: "tool-result",
        toolCallId: item.call_id,
        toolName,
        output: { type: "text", value },
      });
      return;
    }
    default:
      return item satisfies never;
  }
}

function appendMessage(
  prompt: LanguageModelV4Prompt,
  { role, content }: Extract<InputItem, { role: string }>,
  at: string,
): void {
  switch (role) {
    case "system":
    case "developer":
      prompt.push({
        role: "system",
        content: typeof content === "string" ? content : textOf(content, `${at}.content`),
      });
      return;
    case "user":
      prompt.push({ role: "user", content: userParts(content, `${at}.content`) });
      return;
    case "assistant": {
      const text = typeof content === "string" ? content : textOf(content, `${at}.content`);
      assistantTurn(prompt).push({ type: "text", text });
      return;
    }
    default:
      return role satisfies never;
  }
}

function assistantTurn(prompt: LanguageModelV4Prompt): Assistant["content"] {
  const last = prompt.at(-1);
  if (last?.role === "assistant") return last.content;
  const turn: Assistant = { role: "assistant", content: [] };
  prompt.push(turn);
  return turn.content;
}

function textOf(parts: readonly ContentPart[], at: string): string {
  return parts
    .map((part, i) => {
      if (part.type === "refusal") return part.refusal;
      if ("text" in part) return part.text;
      throw badRequest(
        `'${at}[${i}]' is not text; only user messages may hold ${part.type}.`,
        `${at}[${i}].type`,
      );
    })
    .join("");
}

function userParts(content: string | ContentPart[], at: string): User["content"] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part, i) => {
    switch (part.type) {
      case "input_text":
      case "output_text":
        return { type: "text", text: part.text };
      case "refusal":
        return { type: "text", text: part.refusal };
      case "input_image":
        return imagePart(part.image_url, part.detail, `${at}[${i}].image_url`);
      case "input_file":
        return pdfPart({ file_data: part.file_data, filename: part.filename ?? undefined }, `${at}[${i}]`);
      default:
        return part satisfies never;
    }
  });
}
