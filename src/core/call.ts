import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { PacoreError } from "../errors.ts";
import { abortable } from "./abort.ts";

/** What one call returned, less the request and response bodies that the SDK keeps. */
export interface CallResult {
  content: LanguageModelV4Content[];
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage | undefined;
  warnings: SharedV4Warning[];
}

/** A stream that stopped without saying that it is finished: what came may be half an answer. */
export class UnfinishedStreamError extends PacoreError {
  override name = "UnfinishedStreamError";
  constructor() {
    super("The upstream closed its stream without a finish; the call is asked again.");
  }
}

/** One call at the cheap end of the interface: nothing is looked at before it is complete. */
export async function generate(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions & { abortSignal: AbortSignal },
): Promise<CallResult> {
  const { content, finishReason, usage, warnings } = await abortable(
    model.doGenerate(options),
    options.abortSignal,
  );
  return { content, finishReason, usage, warnings };
}

/** One call whose parts `onPart` sees as they come. */
export async function generateStreamed(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions & { abortSignal: AbortSignal },
  onPart: (part: LanguageModelV4StreamPart) => void,
): Promise<CallResult> {
  const { abortSignal } = options;
  const { stream } = await abortable(model.doStream(options), abortSignal);
  const reader = stream.getReader();
  const collected = new Collector();
  try {
    while (!collected.finished) {
      const { done, value } = await abortable(reader.read(), abortSignal);
      if (done) break;
      if (value.type === "error") throw value.error;
      collected.add(value);
      onPart(value);
    }
  } finally {
    // A stream left half-read must be cancelled, or its connection stays open. Nobody waits for that.
    reader.cancel().catch(() => {});
  }
  return collected.result();
}

/** Folds stream parts into what `doGenerate` would have returned. */
class Collector {
  readonly #content: LanguageModelV4Content[] = [];
  readonly #open = new Map<string, { type: "text" | "reasoning"; text: string }>();
  #warnings: SharedV4Warning[] = [];
  #finish: Extract<LanguageModelV4StreamPart, { type: "finish" }> | undefined;

  get finished(): boolean {
    return this.#finish !== undefined;
  }

  add(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case "stream-start":
        this.#warnings = part.warnings;
        break;
      case "text-start":
      case "reasoning-start": {
        const block = {
          type: part.type === "text-start" ? ("text" as const) : ("reasoning" as const),
          text: "",
        };
        this.#open.set(part.id, block);
        this.#content.push(block);
        break;
      }
      case "text-delta":
      case "reasoning-delta": {
        const block = this.#open.get(part.id);
        if (block) block.text += part.delta;
        break;
      }
      case "finish":
        this.#finish = part;
        break;
      case "file":
      case "source":
      case "tool-call":
      case "tool-result":
      case "tool-approval-request":
      case "reasoning-file":
      case "custom":
        this.#content.push(part);
        break;
    }
  }

  result(): CallResult {
    if (!this.#finish) throw new UnfinishedStreamError();
    const { finishReason, usage } = this.#finish;
    const content = this.#content.filter((part) => !("text" in part) || part.text !== "");
    return { content, finishReason, usage, warnings: this.#warnings };
  }
}
