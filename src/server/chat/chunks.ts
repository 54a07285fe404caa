import type { SolveResult } from "../../core/result.ts";
import { ApiError } from "../errors/api-error.ts";
import type { AnswerPart } from "../runs/answer-parts.ts";
import { type Envelope, finishReasonOf, reportOf, usageOf } from "./completion.ts";

export interface ChunkOptions {
  /** Choices of the request. */
  choices: number;
  /** `stream_options.include_usage`: a last chunk with the usage, and `usage: null` on all others. */
  includeUsage: boolean;
}

/** Writes the parts of one choice, or of several, as `chat.completion.chunk` objects. */
export class ChunkWriter {
  readonly #base: object;
  readonly #choices: number;
  readonly #includeUsage: boolean;
  readonly #tools = new Map<string, number>();
  readonly #results: SolveResult[] = [];
  #begun = new Set<number>();

  constructor({ id, created, model }: Envelope, { choices, includeUsage }: ChunkOptions) {
    this.#choices = choices;
    this.#base = {
      id,
      object: "chat.completion.chunk",
      created,
      model,
      service_tier: "default",
    };
    this.#includeUsage = includeUsage;
  }

  /** @returns chunks; none for parts that chat has no word for. @throws ApiError when an answer broke off. */
  *write(index: number, part: AnswerPart): Generator<object> {
    if (!this.#begun.has(index)) {
      this.#begun.add(index);
      yield this.#chunk(index, { role: "assistant", content: "", refusal: null });
    }
    switch (part.type) {
      case "progress":
      case "reasoning":
        return yield this.#chunk(index, { reasoning_content: part.text });
      case "text":
        return yield this.#chunk(index, { content: part.text });
      case "tool-start": {
        const call = this.#toolIndex(index, part.id);
        const opened = {
          index: call,
          id: part.id,
          type: "function",
          function: { name: part.name, arguments: "" },
        };
        return yield this.#chunk(index, { tool_calls: [opened] });
      }
      case "tool-arguments": {
        const call = this.#toolIndex(index, part.id);
        return yield this.#chunk(index, {
          tool_calls: [{ index: call, function: { arguments: part.text } }],
        });
      }
      case "tool-end":
        return;
      case "restart":
        // What was streamed cannot be taken back: better an error than two answers in one.
        throw new ApiError(502, {
          message: `The answer broke off: ${part.reason}`,
          code: "answer_broke_off",
          retry: false,
        });
      case "finish":
        return yield* this.#finish(index, part.result);
      default:
        return part satisfies never;
    }
  }

  /** The receipt is in the last chunk: that of the usage, if there is one (its choices are empty). */
  *#finish(index: number, result: SolveResult): Generator<object> {
    this.#results[index] = result;
    const finish = this.#chunk(index, {}, finishReasonOf(result.finishReason));
    if (Object.keys(this.#results).length < this.#choices) return yield finish;
    const pacore = reportOf(this.#results);
    if (!this.#includeUsage) return yield { ...finish, pacore };
    yield finish;
    yield { ...this.#base, choices: [], usage: usageOf(this.#results), pacore };
  }

  #chunk(index: number, delta: object, finish: string | null = null): object {
    const choices = [{ index, delta, logprobs: null, finish_reason: finish }];
    return { ...this.#base, choices, ...(this.#includeUsage && { usage: null }) };
  }

  #toolIndex(choice: number, id: string): number {
    const key = `${choice}/${id}`;
    const known = this.#tools.get(key);
    if (known !== undefined) return known;
    const next = [...this.#tools.keys()].filter((other) => other.startsWith(`${choice}/`)).length;
    this.#tools.set(key, next);
    return next;
  }
}
