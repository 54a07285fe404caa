import type { LanguageModelV4Content } from "@ai-sdk/provider";
import type { CoordinationEvent } from "../../core/events.ts";
import { progressText } from "../../core/progress-text.ts";
import type { SolveResult } from "../../core/result.ts";

/** A run as its reader gets to see it, whatever API it goes out by. */
export type AnswerPart =
  /** A line about the hidden rounds. */
  | { type: "progress"; text: string }
  /** The last round's own reasoning. */
  | { type: "reasoning"; text: string }
  | { type: "text"; text: string }
  | { type: "tool-start"; id: string; name: string }
  | { type: "tool-arguments"; id: string; text: string }
  | { type: "tool-end"; id: string }
  /** What came since the last round began is void: its call broke off and is made again. */
  | { type: "restart"; reason: string }
  | { type: "finish"; result: SolveResult };

/** Turns a run's events into what its reader sees; keeps nothing but what it needs for the order. */
export function answerParts({ progress }: { progress: boolean }) {
  const tell = progressText();
  const tools = new Set<string>();
  let answered = false;
  // The last round tells of itself: what it generates is streamed.
  let last = false;

  function* parts(event: CoordinationEvent): Generator<AnswerPart> {
    if (event.type === "trajectory-delta") yield* delta(event.part);
    else if (event.type === "trajectory-retry" && answered) {
      answered = false;
      tools.clear();
      yield { type: "restart", reason: event.reason };
    } else if (event.type === "finish") {
      // Nothing was streamed: the answer comes from the journal, or is the most frequent message.
      if (!answered) yield* whole(event.result.content);
      yield { type: "finish", result: event.result };
    } else if (progress && !last) {
      last = event.type === "round-start" && event.final;
      const text = tell(event);
      if (text !== undefined) yield { type: "progress", text };
    }
  }

  function* delta(
    part: Extract<CoordinationEvent, { type: "trajectory-delta" }>["part"],
  ): Generator<AnswerPart> {
    switch (part.type) {
      case "text-delta":
        if (part.delta === "") return;
        answered = true;
        return yield { type: "text", text: part.delta };
      case "reasoning-delta":
        if (part.delta !== "") yield { type: "reasoning", text: part.delta };
        return;
      case "tool-input-start":
        answered = true;
        tools.add(part.id);
        return yield { type: "tool-start", id: part.id, name: part.toolName };
      case "tool-input-delta":
        return yield { type: "tool-arguments", id: part.id, text: part.delta };
      case "tool-input-end":
        return yield { type: "tool-end", id: part.id };
      case "tool-call":
        // Not every model streams the arguments.
        if (!tools.has(part.toolCallId)) {
          answered = true;
          yield* wholeCall(part);
        }
        return;
    }
  }

  return parts;
}

function* whole(content: readonly LanguageModelV4Content[]): Generator<AnswerPart> {
  for (const part of content) {
    if (part.type === "text") yield { type: "text", text: part.text };
    else if (part.type === "tool-call") yield* wholeCall(part);
  }
}

function* wholeCall({
  toolCallId: id,
  toolName,
  input,
}: {
  toolCallId: string;
  toolName: string;
  input: string;
}): Generator<AnswerPart> {
  yield { type: "tool-start", id, name: toolName };
  if (input !== "") yield { type: "tool-arguments", id, text: input };
  yield { type: "tool-end", id };
}
