import { type Draft, type Format, has, text } from "./format.ts";
import { answerIn, readGold, worklistIn } from "./gold.ts";
import { responsesIn } from "./responses.ts";
import { isChat, readTurns, splitReply, structured } from "./turns.ts";

const CHATS = ["messages", "conversations", "conversation", "chat", "dialogue"];
const KEPT = ["kind", "options", "meta"];

/**
 * A chat of any data set: OpenAI's `messages`, ShareGPT's `conversations`. What the assistant said last is a response,
 * unless a field of its own has them.
 */
export const chat: Format = {
  name: "chat",
  matches: (row) => chatIn(row) !== undefined,
  read(row) {
    const turns = chatIn(row);
    if (!turns)
      throw new Error(`has no chat (none of ${CHATS.join(", ")}); name its field with --map prompt=FIELD`);
    return { ...readChat(row, turns), ...(has(row, "id") && { id: text(row, "id") }) };
  },
};

function readChat(row: Record<string, unknown>, turns: readonly Record<string, unknown>[]): Draft {
  const { prompt, reply } = splitReply(readTurns(turns));
  const kept = KEPT.filter((name) => has(row, name)).map((name) => [name, structured(row[name])]);
  const messages = responsesIn(row) ?? (reply === undefined ? undefined : [reply]);
  return {
    prompt: worklistIn(prompt) ?? prompt,
    ...readGold(answerIn(row), prompt),
    ...Object.fromEntries(kept),
    ...(messages && { messages }),
  };
}

function chatIn(row: Record<string, unknown>): Record<string, unknown>[] | undefined {
  for (const name of CHATS) {
    const value = has(row, name) ? structured(row[name]) : undefined;
    if (isChat(value)) return value;
  }
  return undefined;
}
