import type { UpstreamRequest } from "./upstream.ts";

/** One tool call, whole; it is streamed in fragments. */
export interface ScriptedToolCall {
  id?: string;
  name: string;
  /** JSON text. */
  arguments: string;
}

/** What breaks, after how many events. */
export interface ScriptedFault {
  after: number;
  /**
   * `reset` breaks the connection, `stall` falls silent, `end` ends the response as if it were complete, and an
   * object is sent as an `error` event, after which the response ends.
   */
  kind: "reset" | "stall" | "end" | Record<string, unknown>;
}

/** How the bytes of a stream are written. */
export interface StreamFormat {
  eol?: "\n" | "\r\n" | "\r";
  /** After `data:`. */
  space?: boolean;
  /** Comment lines between the events, as keep-alives. */
  comments?: boolean;
  bom?: boolean;
  /** Each event's JSON over several `data:` lines. */
  multiline?: boolean;
  /** `data: [DONE]` at the end. */
  done?: boolean;
  /** Written in pieces of so many bytes. Default: an event at a time. */
  pieceBytes?: number;
  encoding?: "gzip" | "br" | "deflate" | "deflate-raw";
}

/** What a scripted upstream answers, and how badly. */
export interface UpstreamReply {
  /** A text is cut into words; a list is sent as it is, a chunk each. */
  content?: string | string[];
  reasoning?: string | string[];
  reasoningField?: "reasoning_content" | "reasoning";
  refusal?: string;
  toolCalls?: ScriptedToolCall[];
  /** `null`: none is sent. Default: `stop`, or `tool_calls`. */
  finishReason?: string | null;
  /** `false`: none is sent. Default: counts of chunks, and of the prompt's words. */
  usage?: Record<string, unknown> | false;
  /** Other than 200, with `body` instead of an answer. */
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it is instead of an answer; objects as JSON. */
  body?: string | Uint8Array | Record<string, unknown>;
  /** Raw events (the text after `data: `) instead of generated ones. */
  events?: (string | Record<string, unknown>)[];
  /** Answer in one piece whatever was asked. */
  ignoreStream?: boolean;
  /** Answer 400 to a request with `stream_options`. */
  rejectStreamOptions?: boolean;
  headersDelayMs?: number;
  /** Between events. */
  chunkDelayMs?: number;
  format?: StreamFormat;
  fault?: ScriptedFault;
}

const CREATED = 1_760_000_000;

/** The events of a reply, as JSON texts. */
export function streamEvents(request: UpstreamRequest, reply: UpstreamReply): string[] {
  if (reply.events)
    return reply.events.map((event) => (typeof event === "string" ? event : JSON.stringify(event)));
  const envelope = {
    id: completionId(request),
    object: "chat.completion.chunk",
    created: CREATED,
    model: request.model,
  };
  const event = (delta: object, finish_reason: string | null = null) =>
    JSON.stringify({ ...envelope, choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
  const field = reply.reasoningField ?? "reasoning_content";
  const events = [event({ role: "assistant", content: "" })];
  for (const token of tokensOf(reply.reasoning)) events.push(event({ [field]: token }));
  for (const token of tokensOf(reply.content)) events.push(event({ content: token }));
  for (const token of tokensOf(reply.refusal)) events.push(event({ refusal: token }));
  for (const delta of toolCallDeltas(reply.toolCalls ?? [])) events.push(event({ tool_calls: [delta] }));
  const reason = finishReasonOf(reply);
  if (reason !== null) events.push(event({}, reason));
  const { stream_options } = request.body as { stream_options?: { include_usage?: boolean } };
  if (reply.usage !== false && stream_options?.include_usage) {
    events.push(JSON.stringify({ ...envelope, choices: [], usage: usageOf(request, reply) }));
  }
  return events;
}

/** The reply as one chat completion. */
export function completion(request: UpstreamRequest, reply: UpstreamReply): Record<string, unknown> {
  const field = reply.reasoningField ?? "reasoning_content";
  const message = {
    role: "assistant",
    content: reply.content === undefined ? null : tokensOf(reply.content).join(""),
    ...(reply.reasoning === undefined ? {} : { [field]: tokensOf(reply.reasoning).join("") }),
    ...(reply.refusal === undefined ? {} : { refusal: reply.refusal }),
    ...(reply.toolCalls && {
      tool_calls: reply.toolCalls.map(({ id, ...fn }) => ({ id, type: "function", function: fn })),
    }),
  };
  return {
    id: completionId(request),
    object: "chat.completion",
    created: CREATED,
    model: request.model,
    choices: [{ index: 0, message, finish_reason: finishReasonOf(reply) }],
    ...(reply.usage === false ? {} : { usage: usageOf(request, reply) }),
  };
}

/** What a server answers whose script says nothing: it depends on the messages and the seed, on nothing else. */
export function defaultReply(request: UpstreamRequest): UpstreamReply {
  const answer = String(hashOf(JSON.stringify([request.body.messages, request.seed ?? null])) % 1000);
  return { reasoning: "Let me think about this.", content: `The answer is ${answer}.` };
}

function finishReasonOf({ finishReason, toolCalls }: UpstreamReply): string | null {
  return finishReason === undefined ? (toolCalls?.length ? "tool_calls" : "stop") : finishReason;
}

function completionId(request: UpstreamRequest): string {
  return `chatcmpl-${String(request.id).padStart(8, "0")}`;
}

function usageOf(request: UpstreamRequest, reply: UpstreamReply): Record<string, unknown> {
  if (reply.usage) return reply.usage;
  const reasoning_tokens = tokensOf(reply.reasoning).length;
  const completion_tokens =
    reasoning_tokens + tokensOf(reply.content).length + tokensOf(reply.refusal).length;
  const prompt_tokens = JSON.stringify(request.body.messages ?? "").split(/\s+/).length;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    completion_tokens_details: { reasoning_tokens },
  };
}

function tokensOf(text: string | string[] | undefined): string[] {
  return typeof text === "string"
    ? (text.match(/\s*\S+\s*$|\s*\S+/g) ?? (text === "" ? [] : [text]))
    : (text ?? []);
}

/** The name first, then the arguments a few characters at a time. */
function toolCallDeltas(calls: ScriptedToolCall[]): object[] {
  return calls.flatMap(({ id, name, arguments: text }, i) => [
    { index: i, id: id ?? `call_${i}`, type: "function", function: { name, arguments: "" } },
    ...(text.match(/[\s\S]{1,5}/g) ?? []).map((part) => ({ index: i, function: { arguments: part } })),
  ]);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
