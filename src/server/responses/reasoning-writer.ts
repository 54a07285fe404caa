import { type EmitEvent, itemId, type ReasoningItem, type ResponseEvent } from "./output-items.ts";

type Part = "summary" | "content";

/** The reasoning item of a response that is being written: a summary, then perhaps the reasoning itself. */
export class ReasoningWriter {
  readonly #event: EmitEvent;
  readonly #add: (item: ReasoningItem) => number;
  #open: { item: ReasoningItem; index: number; part: Part | undefined } | undefined;

  /** @param add puts an item into the output and returns its index. */
  constructor(event: EmitEvent, add: (item: ReasoningItem) => number) {
    this.#event = event;
    this.#add = add;
  }

  *write(part: Part, delta: string): Generator<ResponseEvent> {
    // A summary can be followed by the content of the same item, not the other way round.
    if (this.#open?.part === "content" && part === "summary") yield* this.close();
    if (!this.#open) yield this.#openItem();
    if (this.#open?.part !== part) {
      yield* this.#closePart();
      yield this.#openPart(part);
    }
    const text = this.#text();
    if (text) text.text += delta;
    if (part === "summary")
      yield this.#event("response.reasoning_summary_text.delta", { ...this.#at(), delta });
    else yield this.#event("response.reasoning_text.delta", { ...this.#at(), delta });
  }

  *close(): Generator<ResponseEvent> {
    const open = this.#open;
    if (!open) return;
    yield* this.#closePart();
    open.item.status = "completed";
    this.#open = undefined;
    yield this.#event("response.output_item.done", { output_index: open.index, item: open.item });
  }

  /** Take over the state after an event of an earlier life. */
  recall({ type, ...event }: ResponseEvent): void {
    const index = event.output_index as number;
    const item = event.item as ReasoningItem | undefined;
    if (item?.type === "reasoning") {
      this.#open = type === "response.output_item.added" ? { item, index, part: undefined } : undefined;
    } else if (this.#open?.index !== index) return;
    else if (type === "response.reasoning_summary_part.added") this.#begin("summary");
    else if (type === "response.content_part.added") this.#begin("content");
    else if (type.endsWith("_text.delta")) {
      const text = this.#text();
      if (text) text.text += event.delta as string;
    }
  }

  #openItem(): ResponseEvent {
    const item = emptyReasoning();
    const index = this.#add(item);
    this.#open = { item, index, part: undefined };
    return this.#event("response.output_item.added", { output_index: index, item });
  }

  #openPart(part: Part): ResponseEvent {
    this.#begin(part);
    const type = part === "summary" ? "response.reasoning_summary_part.added" : "response.content_part.added";
    return this.#event(type, { ...this.#at(), part: this.#text() });
  }

  #begin(part: Part): void {
    const open = this.#open;
    if (!open) return;
    open.part = part;
    if (part === "summary") open.item.summary = [{ type: "summary_text", text: "" }];
    else open.item.content = [{ type: "reasoning_text", text: "" }];
  }

  *#closePart(): Generator<ResponseEvent> {
    const part = this.#text();
    if (!part) return;
    const at = this.#at();
    if (this.#open?.part === "summary") {
      yield this.#event("response.reasoning_summary_text.done", { ...at, text: part.text });
      yield this.#event("response.reasoning_summary_part.done", { ...at, part });
    } else {
      yield this.#event("response.reasoning_text.done", { ...at, text: part.text });
      yield this.#event("response.content_part.done", { ...at, part });
    }
  }

  #text() {
    const { item, part } = this.#open ?? {};
    if (!item || !part) return undefined;
    return part === "summary" ? item.summary[0] : item.content?.[0];
  }

  #at() {
    const { item, index, part } = this.#open ?? {};
    const place = { item_id: item?.id, output_index: index };
    return part === "summary" ? { ...place, summary_index: 0 } : { ...place, content_index: 0 };
  }
}

export function emptyReasoning(): ReasoningItem {
  return { type: "reasoning", id: itemId("rs"), summary: [], encrypted_content: null, status: "in_progress" };
}
