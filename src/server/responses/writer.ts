import type { SolveResult } from "../../core/result.ts";
import type { ApiError } from "../errors/api-error.ts";
import type { AnswerPart } from "../runs/answer-parts.ts";
import {
  type FunctionCallItem,
  itemId,
  type MessageItem,
  type OutputItem,
  outputText,
  type ResponseEvent,
} from "./output-items.ts";
import { emptyReasoning, ReasoningWriter } from "./reasoning-writer.ts";
import { answered, failed, type ResponseObject } from "./response-object.ts";

interface Open<T extends OutputItem> {
  item: T;
  index: number;
}

/**
 * Writes a run as OpenAI's response events: every item added, filled by deltas, done. Hidden rounds' progress
 * is the summary of a reasoning item, the last round's own reasoning its content.
 */
export class ResponseWriter {
  #response: ResponseObject;
  #sequence: number;
  readonly #output: OutputItem[] = [];
  readonly #reasoning: ReasoningWriter;
  #message: Open<MessageItem> | undefined;
  readonly #calls = new Map<string, Open<FunctionCallItem>>();
  /** Where the answer of the last round's current attempt begins. */
  #answerFrom: number | undefined;

  /** @param past events of an earlier life, which these continue. */
  constructor(response: ResponseObject, past: readonly ResponseEvent[] = []) {
    this.#response = response;
    this.#reasoning = new ReasoningWriter(
      (type, fields) => this.#event(type, fields),
      (item) => this.#output.push(item) - 1,
    );
    this.#sequence = (past.at(-1)?.sequence_number ?? -1) + 1;
    for (const event of past) this.#recall(event);
  }

  /** The response as it is now. */
  get response(): ResponseObject {
    return { ...this.#response, output: [...this.#output] };
  }

  *start(): Generator<ResponseEvent> {
    yield this.#event("response.created", { response: this.response });
    if (this.#response.status === "queued") yield this.#event("response.queued", { response: this.response });
  }

  *begin(): Generator<ResponseEvent> {
    this.#response = { ...this.#response, status: "in_progress" };
    yield this.#event("response.in_progress", { response: this.response });
  }

  *write(part: AnswerPart): Generator<ResponseEvent> {
    switch (part.type) {
      case "progress":
        yield* this.#closeText();
        return yield* this.#reasoning.write("summary", part.text);
      case "reasoning":
        yield* this.#closeText();
        return yield* this.#reasoning.write("content", part.text);
      case "text":
        yield* this.#openMessage();
        return yield this.#addText(part.text);
      case "tool-start":
        yield* this.#closeText();
        return yield this.#openCall(part.id, part.name);
      case "tool-arguments": {
        const call = this.#calls.get(part.id);
        if (!call) return;
        call.item.arguments += part.text;
        const at = { item_id: call.item.id, output_index: call.index };
        return yield this.#event("response.function_call_arguments.delta", { ...at, delta: part.text });
      }
      case "tool-end":
        return yield* this.#closeCall(part.id);
      case "restart":
        return yield* this.abandon();
      case "finish":
        return yield* this.#finish(part.result);
      default:
        return part satisfies never;
    }
  }

  /**
   * What was written of the answer is void, its call is made again. Its items keep their places in the output,
   * empty: an index that was told cannot be taken back.
   */
  *abandon(): Generator<ResponseEvent> {
    yield* this.#reasoning.close();
    const open = this.#message;
    if (open) {
      const item = { ...open.item, content: [], status: "incomplete" };
      yield this.#event("response.output_item.done", { output_index: open.index, item });
    }
    this.#message = undefined;
    this.#calls.clear();
    const from = this.#answerFrom ?? this.#output.length;
    for (let i = from; i < this.#output.length; i++) {
      if (this.#output[i]?.type !== "reasoning")
        this.#output[i] = { ...emptyReasoning(), status: "incomplete" };
    }
    this.#answerFrom = undefined;
  }

  *fail(error: ApiError): Generator<ResponseEvent> {
    yield* this.#closeAll("incomplete");
    this.#response = failed(this.#response, this.#output, error);
    yield this.#event("response.failed", { response: this.response });
  }

  *cancel(): Generator<ResponseEvent> {
    yield* this.#closeAll("incomplete");
    this.#response = { ...this.#response, status: "cancelled" };
    // OpenAI has no event of its own for it.
    yield this.#event("response.failed", { response: this.response });
  }

  *#finish(result: SolveResult): Generator<ResponseEvent> {
    const response = answered(this.#response, this.#output, result);
    yield* this.#closeAll(response.status === "completed" ? "completed" : "incomplete");
    this.#response = response;
    yield this.#event(`response.${response.status}`, { response: this.response });
  }

  #event(type: string, fields: object): ResponseEvent {
    return { type, sequence_number: this.#sequence++, ...fields };
  }

  *#openMessage(): Generator<ResponseEvent> {
    if (this.#message) return;
    yield* this.#reasoning.close();
    const item: MessageItem = {
      type: "message",
      id: itemId("msg"),
      status: "in_progress",
      role: "assistant",
      content: [],
    };
    const index = this.#add(item);
    this.#message = { item, index };
    yield this.#event("response.output_item.added", { output_index: index, item });
    item.content.push(outputText(""));
    const at = { item_id: item.id, output_index: index, content_index: 0 };
    yield this.#event("response.content_part.added", { ...at, part: item.content[0] });
  }

  #addText(delta: string): ResponseEvent {
    const { item, index } = this.#message as Open<MessageItem>;
    const part = item.content[0];
    if (part) part.text += delta;
    const at = { item_id: item.id, output_index: index, content_index: 0 };
    return this.#event("response.output_text.delta", { ...at, delta, logprobs: [] });
  }

  *#closeText(status: "completed" | "incomplete" = "completed"): Generator<ResponseEvent> {
    const open = this.#message;
    if (!open) return;
    this.#message = undefined;
    const { item, index } = open;
    const at = { item_id: item.id, output_index: index, content_index: 0 };
    const part = item.content[0];
    yield this.#event("response.output_text.done", { ...at, text: part?.text ?? "", logprobs: [] });
    yield this.#event("response.content_part.done", { ...at, part });
    item.status = status;
    yield this.#event("response.output_item.done", { output_index: index, item });
  }

  #openCall(id: string, name: string): ResponseEvent {
    const item: FunctionCallItem = {
      type: "function_call",
      id: itemId("fc"),
      call_id: id,
      name,
      arguments: "",
      status: "in_progress",
    };
    const index = this.#add(item);
    this.#calls.set(id, { item, index });
    return this.#event("response.output_item.added", { output_index: index, item });
  }

  *#closeCall(id: string, status: "completed" | "incomplete" = "completed"): Generator<ResponseEvent> {
    const open = this.#calls.get(id);
    if (!open) return;
    this.#calls.delete(id);
    const { item, index } = open;
    const at = { item_id: item.id, output_index: index };
    const done = { ...at, name: item.name, arguments: item.arguments };
    yield this.#event("response.function_call_arguments.done", done);
    item.status = status;
    yield this.#event("response.output_item.done", { output_index: index, item });
  }

  *#closeAll(status: "completed" | "incomplete"): Generator<ResponseEvent> {
    yield* this.#reasoning.close();
    yield* this.#closeText(status);
    for (const id of [...this.#calls.keys()]) yield* this.#closeCall(id, status);
  }

  #add(item: OutputItem): number {
    this.#answerFrom ??= this.#output.length;
    return this.#output.push(item) - 1;
  }

  /** Take over the state after an event of an earlier life. */
  #recall(event: ResponseEvent): void {
    const { type } = event;
    this.#reasoning.recall(event);
    if (type === "response.in_progress") this.#response = { ...this.#response, status: "in_progress" };
    const added = type === "response.output_item.added";
    if (!added && type !== "response.output_item.done") return;
    const index = event.output_index as number;
    const item = event.item as OutputItem;
    this.#output[index] = item;
    if (item.type === "reasoning") return;
    this.#answerFrom ??= index;
    if (item.type === "message") this.#message = added ? { item, index } : undefined;
  }
}
