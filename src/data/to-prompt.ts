import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { ChatMessage, Problem } from "./problem.ts";

/** A problem as a model is given it. */
export function toPrompt({ prompt }: Pick<Problem, "prompt">): LanguageModelV4Prompt {
  if (typeof prompt === "string") return [{ role: "user", content: [{ type: "text", text: prompt }] }];
  return prompt.map(toMessage);
}

/** The text x of a problem: its last user turn's. A judge reads it beside the answer. */
export function textOfProblem({ prompt }: Pick<Problem, "prompt">): string {
  if (typeof prompt === "string") return prompt;
  return joined(prompt.findLast(({ role }) => role === "user")?.content ?? "");
}

function toMessage({ role, content }: ChatMessage): LanguageModelV4Message {
  switch (role) {
    case "system":
    case "developer":
      return { role: "system", content: joined(content) };
    case "assistant":
      return { role: "assistant", content: [{ type: "text", text: joined(content) }] };
    case "user":
      return { role: "user", content: userParts(content) };
    default:
      return role satisfies never;
  }
}

function joined(content: ChatMessage["content"]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

type UserContent = Extract<LanguageModelV4Message, { role: "user" }>["content"];

function userParts(content: ChatMessage["content"]): UserContent {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part) => {
    if (part.type === "text") return part;
    const { url } = part.image_url;
    const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
    if (mediaType && data) return { type: "file", mediaType, data: { type: "data", data } };
    return { type: "file", mediaType: "image/*", data: { type: "url", url: new URL(url) } };
  });
}
