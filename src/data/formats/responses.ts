import { has } from "./format.ts";
import { isChat, readTurns, structured, textOfContent } from "./turns.ts";

/** Where data sets keep what models answered, the most telling name first. */
const RESPONSES = [
  "responses",
  "completions",
  "generations",
  "candidates",
  "samples",
  "outputs",
  "choices",
  "completion",
  "response",
  "generation",
  "output",
];

/** Where a response that is an object has its text. */
const TEXTS = ["content", "text", "value", "response", "completion", "generation", "output", "message"];

/** The responses of a record; undefined if no field could be them. @throws {Error} if they cannot be read. */
export function responsesIn(row: Record<string, unknown>): string[] | undefined {
  const name = RESPONSES.find((one) => has(row, one));
  return name === undefined ? undefined : readResponses(row[name]);
}

/**
 * Responses in any of the common shapes: texts, objects with a text, chats of which the assistant's last turn counts; a
 * list of them or a single one. Separate reasoning (`reasoning_content`) is dropped; nothing is a blank response.
 * @throws {Error} with the reason.
 */
export function readResponses(value: unknown): string[] {
  const read = structured(value);
  return Array.isArray(read) && !isChat(read) ? read.map(responseOf) : [responseOf(read)];
}

function responseOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (isChat(value)) {
    const said = readTurns(value).findLast(({ role }) => role === "assistant");
    if (!said) throw new Error("has a response without a turn of the assistant");
    return textOfContent(said.content);
  }
  if (Array.isArray(value)) return textOfContent(value);
  if (typeof value !== "object") return String(value);
  const fields = value as Record<string, unknown>;
  const name = TEXTS.find((one) => one in fields);
  if (name === undefined)
    throw new Error(`has a response without a text (found: ${Object.keys(fields).join(", ")})`);
  return responseOf(fields[name]);
}
