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
  { keepAliveMs, stallMs, onLeave }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  let wake: (() => void) | undefined;
  let keepAlive: NodeJS.Timeout | undefined;
  let stall: NodeJS.Timeout | undefined;
  let open = true;
  const stop = () => {
    open = false;
    clearInterval(keepAlive);
    clearTimeout(stall);
    wake?.();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string) => controller.enqueue(ENCODER.encode(text));
        const leave = (reason: Error) => {
          if (!open) return;
          stop();
          onLeave(reason);
        };
        const room = () =>
          new Promise<void>((resolve) => {
            stall = setTimeout(() => leave(new Error("The client stopped reading.")), stallMs);
            wake = resolve;
          });
        const pump = async () => {
          for await (const text of source) {
            if (!open) return;
            send(text);
            keepAlive?.refresh();
            if ((controller.desiredSize ?? 1) <= 0) await room();
            if (!open) return;
          }
          stop();
          controller.close();
        };
        send(": keep-alive\n\n");
        keepAlive = setInterval(() => {
          if ((controller.desiredSize ?? 1) > 0) send(": keep-alive\n\n");
        }, keepAliveMs);
        // A source says in its own words what failed; to end is all that is left to do here. (The HTTP layer
        // would write an error's text into the stream.)
        pump().catch(() => {
          if (!open) return;
          stop();
          controller.close();
        });
      },
      pull() {
        clearTimeout(stall);
        wake?.();
        wake = undefined;
      },
      cancel() {
        if (!open) return;
        stop();
        onLeave(new Error("The client left."));
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}

export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // nginx would else hold the stream back until its buffer is full.
  "x-accel-buffering": "no",
  // Said outright, or the adapter waits for more before it sends the first bytes.
  "transfer-encoding": "chunked",
};
