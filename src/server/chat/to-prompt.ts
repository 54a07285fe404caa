import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
} from "@ai-sdk/provider";
import { badRequest } from "../errors/api-error.ts";
import type { ChatMessage } from "./schema.ts";

/**
 * OpenAI's messages as the AI SDK's prompt. What the SDK has no word for (`name`, an image's `detail`) travels
 * as options of the OpenAI-compatible provider, which writes it back.
 * @throws ApiError 400 naming the message.
 */
export function toPrompt(messages: readonly ChatMessage[]): LanguageModelV4Prompt {
  const toolNames = new Map<string, string>();
  return messages.map((message, i) => toMessage(message, `messages[${i}]`, toolNames));
}

function toMessage(message: ChatMessage, at: string, toolNames: Map<string, string>): LanguageModelV4Message {
  switch (message.role) {
    case "system":
    case "developer":
      // Chat templates of open models know no developer; the SDK's system role is what they mean.
      return { role: "system", content: joined(message.content), ...named(message.name) };
    case "user":
      return { role: "user", content: userParts(message.content, `${at}.content`), ...named(message.name) };
    case "assistant":
      return assistantMessage(message, at, toolNames);
    case "tool": {
      const toolName = toolNames.get(message.tool_call_id);
      if (toolName === undefined) {
        throw badRequest(
          `${at} answers the tool call '${message.tool_call_id}', which no earlier assistant message makes.`,
          `${at}.tool_call_id`,
          "invalid_value",
        );
      }
      const output = { type: "text" as const, value: joined(message.content) };
      return {
        role: "tool",
        content: [{ type: "tool-result", toolCallId: message.tool_call_id, toolName, output }],
      };
    }
    default:
      return message satisfies never;
  }
}

function named(name: string | null | undefined) {
  return name ? { providerOptions: { openaiCompatible: { name } } } : {};
}

function assistantMessage(
  message: Extract<ChatMessage, { role: "assistant" }>,
  at: string,
  toolNames: Map<string, string>,
): LanguageModelV4Message {
  const calls = message.tool_calls ?? [];
  const said = saidBy(message);
  if (said === "" && calls.length === 0 && message.content == null) {
    throw badRequest(`${at} has neither content nor tool_calls.`, `${at}.content`, "invalid_value");
  }
  const reasoning = message.reasoning_content || message.reasoning;
  for (const { id, function: called } of calls) toolNames.set(id, called.name);
  return {
    role: "assistant",
    content: [
      ...(reasoning ? [{ type: "reasoning" as const, text: reasoning }] : []),
      ...(said !== "" || calls.length === 0 ? [{ type: "text" as const, text: said }] : []),
      ...calls.map(({ id, function: { name, arguments: input } }) => ({
        type: "tool-call" as const,
        toolCallId: id,
        toolName: name,
        input: toolInput(input),
      })),
    ],
    ...named(message.name),
  };
}

function saidBy({ content, refusal }: Extract<ChatMessage, { role: "assistant" }>): string {
  if (typeof content === "string") return content;
  const parts = (content ?? []).map((part) => (part.type === "text" ? part.text : part.refusal)).join("");
  return parts || refusal || "";
}

/** Models do write broken arguments; a conversation that holds some must still be answerable. */
export function toolInput(text: string): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return text;
  }
}

function joined(content: string | { text: string }[]): string {
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}

type UserContent = Extract<ChatMessage, { role: "user" }>["content"];
type UserParts = Extract<LanguageModelV4Message, { role: "user" }>["content"];

function userParts(content: UserContent, at: string): UserParts {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part, i) => {
    const where = `${at}[${i}]`;
    switch (part.type) {
      case "text":
        return { type: "text", text: part.text };
      case "image_url":
        return imagePart(part.image_url.url, part.image_url.detail, `${where}.image_url.url`);
      case "input_audio": {
        const { data, format } = part.input_audio;
        return {
          type: "file",
          mediaType: format === "wav" ? "audio/wav" : "audio/mpeg",
          data: { type: "data", data },
        };
      }
      case "file":
        return pdfPart(part.file, `${where}.file`);
      default:
        return part satisfies never;
    }
  });
}

/** A picture by data URL or address. */
export function imagePart(
  url: string,
  detail: string | null | undefined,
  param: string,
): LanguageModelV4FilePart {
  const options = detail ? { providerOptions: { openaiCompatible: { image_url: { url, detail } } } } : {};
  const inline = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)$/.exec(url);
  if (inline) {
    const [, mediaType = "image/*", data = ""] = inline;
    return { type: "file", mediaType, data: { type: "data", data }, ...options };
  }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw badRequest(
      "An image is an http(s) URL or a base64 data URL of an image.",
      param,
      "invalid_image_url",
    );
  }
  return { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(url) }, ...options };
}

/** A file that is sent along; references to files that were uploaded elsewhere cannot be followed. */
export function pdfPart(
  { file_data, filename }: { file_data?: string | undefined; filename?: string | undefined },
  param: string,
): LanguageModelV4FilePart {
  const data = /^(?:data:application\/pdf;base64,)?([A-Za-z0-9+/=\s]+)$/.exec(file_data ?? "")?.[1];
  if (!data)
    throw badRequest("A file is a PDF as base64 in file_data.", `${param}.file_data`, "invalid_value");
  return {
    type: "file",
    mediaType: "application/pdf",
    data: { type: "data", data },
    ...(filename && { filename }),
  };
}
