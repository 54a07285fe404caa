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

/** Run `leave` once when the client goes away before its answer has ended. @returns how to stop watching. */
export function whenClientLeaves(c: RequestContext, leave: () => void): () => void {
  const { signal } = c.req.raw;
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return () => signal.removeEventListener("abort", leave);
}

/** Close the connection of a client that does not read. */
export function hangUp(c: RequestContext): void {
  c.env?.outgoing?.destroy();
}
