import type { RequestContext } from "./client.ts";

const ENCODER = new TextEncoder();

export interface EventStreamOptions {
  /** A comment is sent at once, and after every silence of this length. */
  keepAliveMs: number;
  /** A reader that takes nothing for this long has gone, whatever TCP says. */
  stallMs: number;
  /** The reader left before the end, or does not read: its connection is to be closed. */
  onLeave: (reason: Error) => void;
}

/** One server-sent event, as OpenAI writes them: chat without a name, responses with. */
export function sse(data: string, name?: string): string {
  return name === undefined ? `data: ${data}\n\n` : `event: ${name}\ndata: ${data}\n\n`;
}

/**
 * Texts as a body of server-sent events that is alive from second zero. It takes the next text only when the
 * reader has room for it.
 */
export function eventStream(
  source: AsyncIterable<string>,
  options: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const pump = new Pump(source, options);
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => pump.start(controller),
      pull: () => pump.makeRoom(),
      cancel: () => pump.leave(new Error("The client left.")),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}

class Pump {
  readonly #source: AsyncIterable<string>;
  readonly #options: EventStreamOptions;
  #out: ReadableStreamDefaultController<Uint8Array> | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(source: AsyncIterable<string>, options: EventStreamOptions) {
    this.#source = source;
    this.#options = options;
  }

  start(out: ReadableStreamDefaultController<Uint8Array>): void {
    this.#out = out;
    this.#send(KEEP_ALIVE);
    this.#keepAlive = setInterval(() => {
      if (this.#hasRoom) this.#send(KEEP_ALIVE);
    }, this.#options.keepAliveMs);
    // A source says in its own words what failed; to end is all that is left to do here. (The HTTP layer would
    // write an error's text into the stream.)
    this.#run().then(
      () => this.#end(),
      () => this.#end(),
    );
  }

  makeRoom(): void {
    clearTimeout(this.#stall);
    this.#wake?.();
    this.#wake = undefined;
  }

  leave(reason: Error): void {
    if (!this.#out) return;
    this.#stop();
    this.#options.onLeave(reason);
  }

  get #hasRoom(): boolean {
    return (this.#out?.desiredSize ?? 1) > 0;
  }

  #send(text: string): void {
    this.#out?.enqueue(ENCODER.encode(text));
  }

  async #run(): Promise<void> {
    for await (const text of this.#source) {
      if (!this.#out) return;
      this.#send(text);
      this.#keepAlive?.refresh();
      if (!this.#hasRoom) await this.#room();
      if (!this.#out) return;
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const { stallMs } = this.#options;
      this.#stall = setTimeout(() => this.leave(new Error("The client stopped reading.")), stallMs);
      this.#wake = resolve;
    });
  }

  #end(): void {
    const out = this.#out;
    this.#stop();
    out?.close();
  }

  #stop(): void {
    this.#out = undefined;
    clearInterval(this.#keepAlive);
    this.makeRoom();
  }
}

const KEEP_ALIVE = ": keep-alive\n\n";

const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // nginx would else hold the stream back until its buffer is full.
  "x-accel-buffering": "no",
};

export function eventStreamHeaders(c: RequestContext): Record<string, string> {
  // HTTP/1.0 knows no chunks: there a stream ends with its connection.
  if (c.env?.incoming?.httpVersion === "1.0") return EVENT_STREAM_HEADERS;
  // Said outright, or the adapter waits for more before it sends the first bytes.
  return { ...EVENT_STREAM_HEADERS, "transfer-encoding": "chunked" };
}
