import type { ServerResponse } from "node:http";

/** What is slowed down when the client reads slowly. */
interface Flow {
  pause(): void;
  resume(): void;
}

/** Where an answer goes that is passed on as it comes. */
export interface Outlet {
  /** @returns what the route has to return. */
  head(status: number, headers: Record<string, string>, flow: Flow): Response;
  write(chunk: Uint8Array): void;
  end(): void;
  /** The answer broke off, and its client has to see that. */
  break(): void;
}

/** Straight to the socket: web streams between two sockets would cost more than all the rest of a relay. */
export function socketOutlet(outgoing: ServerResponse, { stallMs }: { stallMs: number }): Outlet {
  let flow: Flow | undefined;
  let stall: NodeJS.Timeout | undefined;
  outgoing.once("close", () => clearTimeout(stall));
  return {
    head(status, headers, upstream) {
      flow = upstream;
      outgoing.writeHead(status, headers);
      // With the first bytes, if they come at once; but no later.
      setImmediate(() => outgoing.headersSent && !outgoing.writableEnded && outgoing.flushHeaders());
      return new Response(null, { status, headers: { "x-hono-already-sent": "true" } });
    },
    write(chunk) {
      if (outgoing.write(chunk) || stall) return;
      flow?.pause();
      // A client that takes nothing has gone, whatever TCP says.
      stall = setTimeout(() => outgoing.destroy(), stallMs);
      outgoing.once("drain", () => {
        clearTimeout(stall);
        stall = undefined;
        flow?.resume();
      });
    },
    end: () => void outgoing.end(),
    break: () => void outgoing.destroy(),
  };
}

const BUFFER_BYTES = 64 * 1024;

/** The same as a response body, where there is no socket: in tests, on other runtimes. */
export function bodyOutlet(onLeave: () => void): Outlet {
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  let flow: Flow | undefined;
  return {
    head(status, headers, upstream) {
      flow = upstream;
      const strategy = new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES });
      const stream = new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            body = controller;
          },
          pull: () => flow?.resume(),
          cancel: () => {
            body = undefined;
            onLeave();
          },
        },
        strategy,
      );
      return new Response(stream, { status, headers });
    },
    write(chunk) {
      body?.enqueue(chunk);
      if ((body?.desiredSize ?? 1) <= 0) flow?.pause();
    },
    end: () => body?.close(),
    break: () => body?.error(new Error("The answer broke off.")),
  };
}
