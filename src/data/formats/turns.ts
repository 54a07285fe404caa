import type { ChatMessage } from "../problem.ts";

/** Who speaks, by the names that data sets have for it; ShareGPT's are `human` and `gpt`. */
const ROLES: Record<string, ChatMessage["role"]> = {
  system: "system",
  developer: "developer",
  user: "user",
  human: "user",
  prompter: "user",
  assistant: "assistant",
  gpt: "assistant",
  chatgpt: "assistant",
  bot: "assistant",
  model: "assistant",
  bing: "assistant",
  bard: "assistant",
};

/** In CSV and some Parquet files lists and objects are JSON texts. */
export function structured(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*(\[\s*[{["]|\{\s*")/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Whether a value is a list of chat turns: `role` and `content`, or ShareGPT's `from` and `value`. */
export function isChat(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTurn);
}

const isTurn = (turn: unknown): boolean =>
  typeof turn === "object" &&
  turn !== null &&
  (("role" in turn && "content" in turn) || ("from" in turn && "value" in turn));

/** Turns as we have them; what else they hold is dropped. @throws {Error} for a speaker that no problem can have. */
export function readTurns(turns: readonly Record<string, unknown>[]): ChatMessage[] {
  return turns.map(({ role, from, content, value }) => {
    const speaker = String(role ?? from);
    const ours = Object.hasOwn(ROLES, speaker.toLowerCase()) ? ROLES[speaker.toLowerCase()] : undefined;
    if (!ours)
      throw new Error(`has a turn of "${speaker}"; only system, user and assistant can be read, not tools`);
    return { role: ours, content: (content ?? value ?? "") as ChatMessage["content"] };
  });
}

/** A chat as a problem: all up to its last user turn; what the assistant said then is no part of it. */
export function splitReply(turns: readonly ChatMessage[]): { prompt: ChatMessage[]; reply?: string } {
  const asked = turns.findLastIndex(({ role }) => role === "user");
  const reply = asked < 0 ? undefined : turns.slice(asked + 1).findLast(({ role }) => role === "assistant");
  const prompt = turns.slice(0, asked < 0 ? turns.length : asked + 1);
  return { prompt, ...(reply && { reply: textOfContent(reply.content) }) };
}

/** The text of a turn, whose parts a response has no use for. */
export function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (typeof part?.text === "string" ? part.text : "")).join("");
}
