import type { TokenUsage } from "../../core/usage.ts";

/** Usage comes last, in streams and in whole completions. */
const TAIL_BYTES = 4096;
/** Where a server tells no usage: what a token takes in a body that is not a stream. */
const BYTES_PER_TOKEN = 4;
const EVENT = Buffer.from("data:");

/** Reads the usage off an answer that passes by, without parsing it. */
export class UsageScan {
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #bytes = 0;
  #events = 0;
  readonly #streaming: boolean;

  constructor(streaming: boolean) {
    this.#streaming = streaming;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    // A mark cut in two is missed: a stream that tells no usage is off by a token in thousands.
    if (this.#streaming) {
      for (let at = chunk.indexOf(EVENT); at >= 0; at = chunk.indexOf(EVENT, at + EVENT.length))
        this.#events++;
    }
    // A copy: the socket's buffer is not ours to keep.
    this.#tail.push(Buffer.from(chunk.subarray(-TAIL_BYTES)));
    this.#tailBytes += Math.min(chunk.length, TAIL_BYTES);
    while (this.#tail.length > 1 && this.#tailBytes - (this.#tail[0] as Buffer).length >= TAIL_BYTES) {
      this.#tailBytes -= (this.#tail.shift() as Buffer).length;
    }
  }

  usage(): TokenUsage {
    const tail = Buffer.concat(this.#tail).toString("latin1");
    // Inside a model's text the quotes are escaped: this can only be the field.
    const at = tail.search(/(?<!\\)"usage"\s*:\s*\{(?![\s\S]*(?<!\\)"usage"\s*:\s*\{)/);
    const field = (name: string) =>
      at < 0 ? undefined : new RegExp(`"${name}"\\s*:\\s*(\\d+)`).exec(tail.slice(at))?.[1];
    const told = field("completion_tokens");
    const guess = this.#streaming ? Math.max(0, this.#events - 2) : Math.ceil(this.#bytes / BYTES_PER_TOKEN);
    const output = told === undefined ? guess : Number(told);
    const reasoning = Math.min(output, Number(field("reasoning_tokens") ?? 0));
    return {
      input: Number(field("prompt_tokens") ?? 0),
      cachedInput: Number(field("cached_tokens") ?? 0),
      output,
      reasoning,
      text: output - reasoning,
      estimated: told === undefined,
    };
  }
}
