import { BytePattern, viewOf } from "./byte-pattern.ts";
import type { Framing } from "./event-reader.ts";

/** The fields of a delta that carry text. */
export const TEXT_FIELDS = ["content", "reasoning_content", "reasoning"] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

const SENTINEL = "pacore-delta-template";
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const ESCAPABLE = Buffer.from('"\\/bfnrt');
/** After so many lessons that did not pay, a stream's events are too irregular to be worth it. */
const MAX_LESSONS = 24;

/**
 * Reads the events of one stream without parsing them. The events of a stream are the same bytes except for one
 * string literal, the token's text. So once an event has been parsed, what stands before and after that literal
 * is a template: an event that equals it in both parts parses, by construction, to the same object with another
 * text. Whatever differs anywhere else is left to JSON.parse.
 */
export class DeltaTemplate {
  /** Where the literal of the event stands that was matched last. */
  start = 0;
  end = 0;
  #field: TextField = "content";
  #prefix: BytePattern | undefined;
  #suffix: BytePattern | undefined;
  #lessons = MAX_LESSONS;

  get field(): TextField {
    return this.#field;
  }

  /** @returns where the bytes after the event begin, or -1. Sets `start` and `end`. */
  match(bytes: Uint8Array, from: number): number {
    const prefix = this.#prefix;
    const suffix = this.#suffix;
    if (!prefix || !suffix) return -1;
    const view = viewOf(bytes);
    if (!prefix.matches(bytes, view, from)) return -1;
    const start = from + prefix.length;
    const end = literalEnd(bytes, start);
    if (end < 0 || !suffix.matches(bytes, view, end)) return -1;
    this.start = start;
    this.end = end;
    this.#lessons = MAX_LESSONS;
    return end + suffix.length;
  }

  /** Learn from an event that was parsed after `match` refused it. */
  learn(data: string, field: TextField, { opening, closing }: Framing): void {
    if (this.#lessons <= 0) return;
    this.#lessons--;
    const literal = findLiteral(data, field);
    if (!literal) return;
    this.#prefix = new BytePattern(opening + data.slice(0, literal.start));
    this.#suffix = new BytePattern(data.slice(literal.end) + closing);
    this.#field = field;
  }
}

/** Where the JSON string literal that begins after a quote at `start` ends; -1 if it is not a valid one. */
function literalEnd(bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  for (let i = start; i < length; i++) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      i++;
      if (bytes[i] === LETTER_U && isHex(bytes, i + 1)) i += 4;
      else if (!ESCAPABLE.includes(bytes[i] ?? 0)) return -1;
    }
  }
  return -1;
}

function isHex(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 4; i++) {
    const byte = (bytes[i] ?? 0) | 0x20;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return false;
  }
  return true;
}

/** Find the literal of `choices[0].delta[field]`, proven by putting another in its place. */
function findLiteral(data: string, field: TextField): { start: number; end: number } | undefined {
  for (const match of data.matchAll(new RegExp(`"${field}"\\s*:\\s*"`, "g"))) {
    const start = match.index + match[0].length;
    const length = /^(?:[^"\\]|\\.)*/.exec(data.slice(start))?.[0].length ?? 0;
    const end = start + length;
    if (holdsSentinel(data.slice(0, start) + SENTINEL + data.slice(end), field)) return { start, end };
  }
  return undefined;
}

function holdsSentinel(json: string, field: TextField): boolean {
  try {
    const chunk = JSON.parse(json) as { choices?: { delta?: Record<string, unknown> }[] };
    return chunk.choices?.[0]?.delta?.[field] === SENTINEL;
  } catch {
    return false;
  }
}
