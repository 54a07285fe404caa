import { onTestFinished } from "vitest";
import { startUpstream, type Upstream, type UpstreamRequest } from "../../src/testing/upstream.ts";
import type { UpstreamReply } from "../../src/testing/upstream-reply.ts";

export interface ChatRequest {
  /** From 0, in the order of arrival. */
  number: number;
  /** Text of the last turn. */
  prompt: string;
}

/** A text is a whole answer of five tokens; `never` leaves the request open. */
export type ChatReply = string | UpstreamReply | "never";

export interface ChatServer {
  url: string;
  /** A model reference. */
  reference: string;
  requests: readonly UpstreamRequest[];
  upstream: Upstream;
}

/** A real OpenAI-compatible server on loopback that answers as a function says. Stops with the test. */
export async function chatServer(reply: (request: ChatRequest) => ChatReply): Promise<ChatServer> {
  const upstream = await startUpstream({ script: (request) => replyTo(request, reply) });
  onTestFinished(() => upstream.close());
  const { url, requests } = upstream;
  return { url, reference: `${url}#m`, requests, upstream };
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

function replyTo(request: UpstreamRequest, reply: (request: ChatRequest) => ChatReply) {
  const given = reply({ number: request.id - 1, prompt: promptOf(request) });
  if (given === "never") return new Promise<UpstreamReply>(() => {});
  return typeof given === "string" ? { content: given, usage: USAGE } : given;
}

export function promptOf({ body }: UpstreamRequest): string {
  const { messages } = body as { messages: { content: unknown }[] };
  return String(messages.at(-1)?.content ?? "");
}
