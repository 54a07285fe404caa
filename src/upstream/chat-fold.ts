import { DeltaTemplate, TEXT_FIELDS, type TextField } from "./delta-template.ts";
import type { EndpointIdentity } from "./errors.ts";
import { UpstreamError } from "./errors.ts";
import { EventReader, type EventSink, type Framing } from "./event-reader.ts";
import { LiteralPile } from "./literal-pile.ts";
import { readErrorBody, streamFailure } from "./stream-error.ts";
import { ToolCallFold, type ToolCallFragment } from "./tool-call-fold.ts";

interface Delta {
  content?: unknown;
  reasoning_content?: string | null;
  reasoning?: string | null;
  refusal?: unknown;
  tool_calls?: ToolCallFragment[] | null;
  function_call?: ToolCallFragment["function"];
}

interface Chunk {
  id?: unknown;
  created?: unknown;
  model?: unknown;
  usage?: unknown;
  choices?: { index?: number; delta?: Delta | null; finish_reason?: string | null }[] | null;
}

/**
 * Folds the chunks of a streamed chat completion into the one completion that the server would have sent
 * without streaming. Only choice 0 counts: `n` is never sent. Log-probabilities are dropped.
 */
export class ChatFold implements EventSink {
  /** Chunks that carried something the model generated. */
  tokens = 0;
  /** `[DONE]` has come. */
  done = false;
  readonly #endpoint: EndpointIdentity;
  readonly #reader: EventReader;
  readonly #template = new DeltaTemplate();
  readonly #text = { content: new LiteralPile(), reasoning: new LiteralPile(), refusal: new LiteralPile() };
  readonly #toolCalls = new ToolCallFold();
  #head: Chunk | undefined;
  #usage: unknown;
  #finishReason: string | undefined;

  constructor(endpoint: EndpointIdentity, maxEventBytes?: number) {
    this.#endpoint = endpoint;
    this.#reader = new EventReader(this, maxEventBytes);
  }

  push(bytes: Buffer): void {
    this.#reader.push(bytes);
  }

  fast(bytes: Uint8Array, from: number): number {
    const template = this.#template;
    const next = template.match(bytes, from);
    const { start, end } = template;
    if (next > 0 && end > start) {
      this.tokens++;
      const pile = template.field === "content" ? this.#text.content : this.#text.reasoning;
      pile.addLiteral(bytes, start, end);
    }
    return next;
  }

  onEvent(data: string, name: string, framing: Framing | undefined): void {
    const trimmed = data.trim();
    if (trimmed === "" || this.done) return;
    if (trimmed === "[DONE]") {
      this.done = true;
      return;
    }
    for (const json of this.#documents(trimmed)) this.#fold(json, name, data, framing);
  }

  /**
   * The stream is over.
   * @throws UpstreamError, retryable, when the answer is not known to be complete.
   */
  finish(): Record<string, unknown> {
    this.#reader.end();
    const finish_reason = this.#finishReason;
    if (finish_reason === undefined)
      throw this.#failure("unfinished", "The stream ended without a finish reason.");
    if (finish_reason === "error") throw this.#failure("stream-error", "The generation ended with an error.");
    if (this.#toolCalls.nameless)
      throw this.#failure("invalid", "A tool call of the answer names no function.");
    const choices = [{ index: 0, message: this.#message(), finish_reason }];
    return {
      ...this.#head,
      object: "chat.completion",
      choices,
      ...(this.#usage ? { usage: this.#usage } : {}),
    };
  }

  #message(): Record<string, unknown> {
    const { content, reasoning, refusal } = this.#text;
    return {
      role: "assistant",
      content: content.empty ? null : content.toString(),
      ...(reasoning.empty ? {} : { reasoning_content: reasoning.toString() }),
      // The SDK gives a refusal as text, and `stop` then becomes "content-filter".
      ...(refusal.empty ? {} : { refusal: refusal.toString() }),
      ...(this.#toolCalls.length > 0 ? { tool_calls: this.#toolCalls.calls() } : {}),
    };
  }

  /** An event's JSON; or, where a server left out the blank lines, the JSON of each of its lines. */
  #documents(data: string): unknown[] {
    try {
      return [JSON.parse(data)];
    } catch {
      try {
        const lines = data.split("\n").filter((line) => line !== "[DONE]");
        if (lines.length === 0 || !data.includes("\n")) throw new SyntaxError("no JSON");
        return lines.map((line) => JSON.parse(line) as unknown);
      } catch {
        throw this.#failure("invalid", `The stream contains an event that is not JSON: ${data.slice(0, 80)}`);
      }
    }
  }

  #fold(json: unknown, name: string, data: string, framing: Framing | undefined): void {
    const error = readErrorBody(json, name);
    if (error) throw streamFailure(this.#endpoint, error);
    const chunk = json as Chunk;
    if (!this.#head?.id && chunk.id)
      this.#head = { id: chunk.id, created: chunk.created, model: chunk.model };
    if (chunk.usage) this.#usage = chunk.usage;
    const choice = chunk.choices?.find((candidate) => (candidate.index ?? 0) === 0);
    if (!choice) return;
    if (choice.finish_reason) this.#finishReason = choice.finish_reason;
    const { delta } = choice;
    if (!delta) return;
    if (this.#addDelta(delta)) this.tokens++;
    const plain = chunk.choices?.length === 1 && !choice.finish_reason && !chunk.usage;
    const field = plain && framing ? soleTextField(delta) : undefined;
    if (field && framing) this.#template.learn(data, field, framing);
  }

  #addDelta(delta: Delta): boolean {
    const before = this.#toolCalls.length;
    let generated = this.#addText(delta.reasoning_content || delta.reasoning, this.#text.reasoning);
    if (Array.isArray(delta.content)) generated = this.#addParts(delta.content) || generated;
    else generated = this.#addText(delta.content, this.#text.content) || generated;
    generated = this.#addText(delta.refusal, this.#text.refusal) || generated;
    for (const fragment of delta.tool_calls ?? []) {
      this.#toolCalls.add(fragment);
      generated = true;
    }
    if (delta.function_call) this.#toolCalls.add({ index: 0, function: delta.function_call });
    return generated || this.#toolCalls.length > before;
  }

  #addText(text: unknown, pile: LiteralPile): boolean {
    if (typeof text !== "string" || text === "") return false;
    pile.addText(text);
    return true;
  }

  /** Content as a list of parts, `thinking` among them (Mistral). */
  #addParts(parts: unknown[]): boolean {
    let generated = false;
    for (const part of parts as { type?: string; text?: unknown; thinking?: unknown[] }[]) {
      if (part?.type === "text") generated = this.#addText(part.text, this.#text.content) || generated;
      for (const thought of (part?.type === "thinking" && part.thinking) || []) {
        const { text } = thought as { text?: unknown };
        generated = this.#addText(text, this.#text.reasoning) || generated;
      }
    }
    return generated;
  }

  #failure(kind: "unfinished" | "stream-error" | "invalid", message: string): UpstreamError {
    return new UpstreamError(this.#endpoint, { kind, message, isRetryable: true });
  }
}

/** The field of a delta that carries text and nothing but text, if exactly one does. */
function soleTextField(delta: Delta): TextField | undefined {
  let found: TextField | undefined;
  for (const [key, value] of Object.entries(delta)) {
    if (value === null || value === "" || key === "role" || (Array.isArray(value) && value.length === 0))
      continue;
    const field = TEXT_FIELDS.find((candidate) => candidate === key);
    if (!field || found || typeof value !== "string") return undefined;
    found = field;
  }
  return found;
}
