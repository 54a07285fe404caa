import type { LanguageModelV4Content, LanguageModelV4StreamPart } from "@ai-sdk/provider";

/**
 * How a model without a reasoning parser writes its reasoning into the text: between tags, or (where the
 * chat template opens the block in the prompt) from the start to a bare `</think>`.
 */
export type InlineReasoning = "none" | "tagged" | "bare";

const OPEN = /^\s*<(think|thinking)>/;
const CLOSE = /<\/(think|thinking)>/g;

/** What a finished text shows of the model's habit. */
export function inlineReasoningOf(text: string): InlineReasoning {
  if (OPEN.test(text)) return "tagged";
  CLOSE.lastIndex = 0;
  return CLOSE.test(text) ? "bare" : "none";
}

/** The same content with reasoning that was inline as reasoning parts of its own. */
export function separateReasoning(content: readonly LanguageModelV4Content[]): LanguageModelV4Content[] {
  return content.flatMap((part): LanguageModelV4Content[] => {
    if (part.type !== "text") return [part];
    const closes = [...part.text.matchAll(CLOSE)];
    const last = closes.at(-1);
    if (!last && !OPEN.test(part.text)) return [part];
    const reasoning = part.text.slice(0, last?.index).replace(OPEN, "").trim();
    const text = last ? part.text.slice(last.index + last[0].length).trim() : "";
    const out: LanguageModelV4Content[] = [];
    if (reasoning !== "") out.push({ type: "reasoning", text: reasoning });
    if (text !== "") out.push({ ...part, text });
    return out;
  });
}

const LONGEST_TAG = "</thinking>".length;

/**
 * The same for a stream: text that is inline reasoning leaves as reasoning. A bare block can only be known
 * from earlier rounds (`habit`), for its only tag comes at its end.
 */
export function reasoningSplitter(emit: (part: LanguageModelV4StreamPart) => void, habit: InlineReasoning) {
  let inside: "start" | "reasoning" | "text" = habit === "bare" ? "reasoning" : "start";
  let pending = "";
  let open: { kind: "reasoning" | "text"; id: string } | undefined;
  let blocks = 0;
  // The blank lines between a closing tag and the answer are the tag's.
  let leading = false;

  const close = () => {
    if (open) emit({ type: `${open.kind}-end`, id: open.id });
    open = undefined;
  };
  const write = (kind: "reasoning" | "text", delta: string) => {
    if (delta === "") return;
    if (open?.kind !== kind) {
      close();
      open = { kind, id: `${kind}-${blocks++}` };
      emit({ type: `${kind}-start`, id: open.id });
    }
    emit({ type: `${kind}-delta`, id: open.id, delta });
  };

  const advance = (final: boolean) => {
    if (inside === "start") {
      const tag = OPEN.exec(pending);
      if (tag) {
        pending = pending.slice(tag[0].length);
        inside = "reasoning";
      } else if (final || !couldOpen(pending)) inside = "text";
      else return;
    }
    if (inside === "reasoning") {
      CLOSE.lastIndex = 0;
      const tag = CLOSE.exec(pending);
      const held = final ? 0 : heldBack(pending);
      write("reasoning", tag ? pending.slice(0, tag.index) : pending.slice(0, pending.length - held));
      if (!tag) {
        pending = held > 0 ? pending.slice(-held) : "";
        return;
      }
      pending = pending.slice(tag.index + tag[0].length);
      inside = "text";
      leading = true;
    }
    const text: string = leading ? pending.trimStart() : pending;
    leading &&= text === "";
    write("text", text);
    pending = "";
  };

  return (part: LanguageModelV4StreamPart): void => {
    switch (part.type) {
      case "text-start":
        return;
      case "text-delta":
        pending += part.delta;
        return advance(false);
      case "text-end":
        advance(true);
        return close();
      case "reasoning-delta":
        // A server that does separate: nothing inline follows.
        if (inside !== "text") inside = "text";
        return emit(part);
      case "finish":
        advance(true);
        close();
        return emit(part);
      default:
        return emit(part);
    }
  };
}

/** May this be the beginning of an opening tag? */
function couldOpen(text: string): boolean {
  const start = text.trimStart();
  return "<think>".startsWith(start) || "<thinking>".startsWith(start);
}

/** Characters at the end that may be the beginning of a closing tag. */
function heldBack(text: string): number {
  const at = text.lastIndexOf("<");
  if (at < 0 || text.length - at > LONGEST_TAG) return 0;
  const tail = text.slice(at);
  return "</think>".startsWith(tail) || "</thinking>".startsWith(tail) ? tail.length : 0;
}
