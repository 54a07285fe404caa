import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";
import type { ApiKey } from "../auth/keys-file.ts";

/** What the routes get to know of a request besides its body. */
export interface Env {
  // Absent where the app is called without a socket (tests, other runtimes).
  Bindings: Partial<{ incoming: IncomingMessage; outgoing: ServerResponse }> | undefined;
  Variables: {
    key: ApiKey | undefined;
    /** `req_…`, also in the log. */
    requestId: string;
  };
}

export type RequestContext = Context<Env>;

/**
 * A header of the request, from Node's own where there are some: the adapter would make a whole web Request to
 * look into.
 */
export function headerOf(c: RequestContext, name: string): string | undefined {
  const { incoming } = c.env ?? {};
  if (!incoming) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** W3C's headers, by which a caller's trace goes on here. */
export type TraceCarrier = Record<string, string>;

export function traceOf(c: RequestContext): TraceCarrier | undefined {
  const traceparent = headerOf(c, "traceparent");
  if (traceparent === undefined) return undefined;
  const tracestate = headerOf(c, "tracestate");
  return { traceparent, ...(tracestate !== undefined && { tracestate }) };
}

/** The request's body, piece by piece. */
export function bodyOf(c: RequestContext): AsyncIterable<Uint8Array> {
  return c.env?.incoming ?? c.req.raw.body ?? nothing();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Run `leave` once when the client goes away before its answer has ended. @returns how to stop watching. */
export function whenClientLeaves(c: RequestContext, leave: () => void): () => void {
  const { outgoing } = c.env ?? {};
  if (outgoing) return whenClosedEarly(outgoing, leave);
  const { signal } = c.req.raw;
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return () => signal.removeEventListener("abort", leave);
}

function whenClosedEarly(outgoing: ServerResponse, leave: () => void): () => void {
  const onClose = () => {
    if (!outgoing.writableFinished) leave();
  };
  if (outgoing.destroyed) onClose();
  else outgoing.once("close", onClose);
  return () => outgoing.off("close", onClose);
}

/** Close the connection of a client that does not read. */
export function hangUp(c: RequestContext): void {
  c.env?.outgoing?.destroy();
}
