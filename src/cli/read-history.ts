import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { z } from "zod";
import { InputError } from "./input-error.ts";
import { readJson } from "./read-file.ts";

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const imagePart = z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string() }) });
const text = z.union([z.string(), z.array(textPart)]);

const toolCall = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const message = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: text }),
  z.object({
    role: z.literal("user"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, imagePart]))]),
  }),
  z.object({
    role: z.literal("assistant"),
    content: text.nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string(), content: text }),
]);

type ChatMessage = z.infer<typeof message>;

/** A history as the OpenAI chat interface writes it: an array of messages, or an object with `messages`. */
export async function readHistory(path: string): Promise<LanguageModelV4Prompt> {
  return parseHistory(await readJson(path, "--history"), path);
}

/** @throws {InputError} naming the message and the field at fault. */
export function parseHistory(value: unknown, path: string): LanguageModelV4Prompt {
  const list = Array.isArray(value) ? value : (value as { messages?: unknown } | null)?.messages;
  const parsed = z.array(message).safeParse(list);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue && issue.path.length > 0 ? `message ${issue.path.map(String).join(".")}` : "it";
    throw new InputError(
      `--history: ${path} is not a list of OpenAI chat messages (${where}: ${issue?.message ?? "invalid"}).`,
    );
  }
  const toolNames = new Map<string, string>();
  return parsed.data.map((item) => toPrompt(item, toolNames));
}

function toPrompt(item: ChatMessage, toolNames: Map<string, string>): LanguageModelV4Message {
  switch (item.role) {
    case "system":
    case "developer":
      return { role: "system", content: joined(item.content) };
    case "user":
      return { role: "user", content: userParts(item.content) };
    case "assistant": {
      const calls = item.tool_calls ?? [];
      for (const { id, function: called } of calls) toolNames.set(id, called.name);
      const said = item.content ? joined(item.content) : "";
      return {
        role: "assistant",
        content: [
          ...(item.reasoning_content ? [{ type: "reasoning" as const, text: item.reasoning_content }] : []),
          ...(said ? [{ type: "text" as const, text: said }] : []),
          ...calls.map(({ id, function: { name, arguments: input } }) => ({
            type: "tool-call" as const,
            toolCallId: id,
            toolName: name,
            input: toolInput(input, name),
          })),
        ],
      };
    }
    case "tool": {
      const toolCallId = item.tool_call_id;
      const toolName = toolNames.get(toolCallId) ?? "unknown";
      const output = { type: "text" as const, value: joined(item.content) };
      return { role: "tool", content: [{ type: "tool-result", toolCallId, toolName, output }] };
    }
    default:
      return item satisfies never;
  }
}

function toolInput(input: string, name: string): unknown {
  try {
    return JSON.parse(input || "{}");
  } catch {
    throw new InputError(`--history: the arguments of a call of ${name} are not valid JSON.`);
  }
}

function joined(content: z.infer<typeof text>): string {
  return typeof content === "string" ? content : content.map((part) => part.text).join("");
}

type UserMessage = Extract<LanguageModelV4Message, { role: "user" }>;

function userParts(content: Extract<ChatMessage, { role: "user" }>["content"]): UserMessage["content"] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part) => {
    if (part.type === "text") return part;
    const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(part.image_url.url) ?? [];
    if (mediaType && data) return { type: "file", mediaType, data: { type: "data", data } };
    if (!URL.canParse(part.image_url.url)) throw new InputError("--history: an image_url is not a URL.");
    return { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(part.image_url.url) } };
  });
}
