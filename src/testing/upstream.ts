import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { completion, defaultReply, streamEvents, type UpstreamReply } from "./upstream-reply.ts";
import { streamPieces } from "./upstream-stream.ts";

export type { ScriptedFault, ScriptedToolCall, StreamFormat, UpstreamReply } from "./upstream-reply.ts";

/** A request that the scripted upstream has seen. Times are of `performance.now()`. */
export interface UpstreamRequest {
  /** From 1, in order of arrival. */
  id: number;
  at: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  model: string;
  seed: number | undefined;
  /** When the client closed the connection before the reply was complete. */
  cancelledAt?: number;
  /** When the reply was complete. */
  finishedAt?: number;
}

export type UpstreamScript =
  | UpstreamReply
  | ((request: UpstreamRequest) => UpstreamReply | Promise<UpstreamReply>);

export interface UpstreamOptions {
  /** Answers all models that `models` does not name. Default: an answer that depends on messages and seed. */
  script?: UpstreamScript;
  /** By model name; also what `GET /v1/models` lists. */
  models?: Record<string, UpstreamScript>;
  /** Requests without it as bearer key are refused with 401. */
  apiKey?: string;
  /** Further fields of the entries of `GET /v1/models`. */
  modelFields?: Record<string, unknown>;
  port?: number;
}

/**
 * A real OpenAI-compatible HTTP server on loopback whose every answer, and misbehaviour, is scripted.
 *
 * ```ts
 * await using upstream = await startUpstream({ script: { content: "42", fault: { after: 2, kind: "reset" } } });
 * const model = await resolveModel(`${upstream.url}#any`);
 * ```
 */
export async function startUpstream(options: UpstreamOptions | UpstreamScript = {}): Promise<Upstream> {
  const upstream = new Upstream(isOptions(options) ? options : { script: options });
  await upstream.listen();
  return upstream;
}

function isOptions(options: UpstreamOptions | UpstreamScript): options is UpstreamOptions {
  const keys = ["script", "models", "apiKey", "modelFields", "port"];
  return typeof options === "object" && Object.keys(options).every((key) => keys.includes(key));
}

export class Upstream implements AsyncDisposable {
  readonly requests: UpstreamRequest[] = [];
  /** Connections, and when each was opened and closed. */
  readonly connections: { openedAt: number; closedAt?: number }[] = [];
  /** May be exchanged between requests. */
  script: UpstreamScript;
  readonly #options: UpstreamOptions;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #inFlight = 0;
  #peak = 0;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.script = options.script ?? defaultReply;
    this.#server.on("connection", (socket: Socket) => this.#track(socket));
  }

  /** The base URL, `http://127.0.0.1:port/v1`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Most requests at once so far. */
  get peak(): number {
    return this.#peak;
  }

  get openConnections(): number {
    return this.connections.filter((connection) => connection.closedAt === undefined).length;
  }

  async listen(): Promise<void> {
    this.#server.listen({ port: this.#options.port ?? 0, host: "127.0.0.1", backlog: 4096 });
    await once(this.#server, "listening");
  }

  /** Resolves as soon as the condition holds; it is checked whenever something happened. */
  async until(condition: (upstream: this) => boolean): Promise<void> {
    while (!condition(this)) await once(this.#changes, "change");
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #changed(): void {
    this.#changes.emit("change");
  }

  #track(socket: Socket): void {
    const connection: (typeof this.connections)[number] = { openedAt: performance.now() };
    this.connections.push(connection);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      connection.closedAt = performance.now();
      this.#changed();
    });
    this.#changed();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = incoming;
    const body = parse(await text(incoming).catch(() => ""));
    const { apiKey } = this.#options;
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
      sendJson(response, 401, {
        error: { message: `Incorrect API key: ${headers.authorization}`, type: "auth" },
      });
    } else if (method === "GET" && path.startsWith("/v1/models")) sendJson(response, 200, this.#models());
    else if (path.startsWith("/v1/chat/completions"))
      await this.#answer({ method, path, headers, body }, response);
    else sendJson(response, 404, { error: { message: `No route ${path}`, type: "not_found" } });
  }

  #models(): object {
    const names = Object.keys(this.#options.models ?? { model: {} });
    return {
      object: "list",
      data: names.map((id) => ({ id, object: "model", ...this.#options.modelFields })),
    };
  }

  async #answer(
    { method, path, headers, body }: Pick<UpstreamRequest, "method" | "path" | "headers" | "body">,
    response: ServerResponse,
  ): Promise<void> {
    const model = String(body.model ?? "");
    const seed = typeof body.seed === "number" ? body.seed : undefined;
    const id = this.requests.length + 1;
    const request: UpstreamRequest = { id, at: performance.now(), method, path, headers, body, model, seed };
    this.requests.push(request);
    this.#peak = Math.max(this.#peak, ++this.#inFlight);
    response.on("close", () => {
      this.#inFlight--;
      if (response.writableFinished) request.finishedAt = performance.now();
      else request.cancelledAt = performance.now();
      this.#changed();
    });
    this.#changed();
    const script = this.#options.models?.[model] ?? this.script;
    const reply = typeof script === "function" ? await script(request) : script;
    await new Delivery(request, reply, response).send();
  }
}

/** One reply on its way. */
class Delivery {
  readonly #request: UpstreamRequest;
  readonly #reply: UpstreamReply;
  readonly #response: ServerResponse;

  constructor(request: UpstreamRequest, reply: UpstreamReply, response: ServerResponse) {
    this.#request = request;
    this.#reply = reply;
    this.#response = response;
  }

  async send(): Promise<void> {
    const reply = this.#reply;
    const { body } = this.#request;
    await this.#pause(reply.headersDelayMs);
    if (reply.rejectStreamOptions && body.stream_options) {
      const message = "Unknown field: stream_options";
      return sendJson(this.#response, 400, { error: { message, type: "invalid_request_error" } });
    }
    if (reply.status !== undefined || reply.body !== undefined) return this.#raw();
    if (body.stream !== true || reply.ignoreStream) {
      return sendJson(this.#response, 200, completion(this.#request, reply), reply.headers);
    }
    await this.#stream();
  }

  #raw(): void {
    const { status = 200, headers = {}, body = "" } = this.#reply;
    if (typeof body === "string" || body instanceof Uint8Array)
      this.#response.writeHead(status, headers).end(body);
    else sendJson(this.#response, status, body, headers);
  }

  async #stream(): Promise<void> {
    const { fault, format, chunkDelayMs, headers } = this.#reply;
    const response = this.#response;
    const encoding = format?.encoding?.replace("-raw", "");
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      ...(encoding && { "content-encoding": encoding }),
      ...headers,
    });
    response.flushHeaders();
    const events = streamEvents(this.#request, this.#reply);
    for (const [i, piece] of streamPieces(events, format).entries()) {
      if (fault?.after === i) break;
      if (response.destroyed) return;
      if (i > 0) await this.#pause(chunkDelayMs);
      response.write(piece);
    }
    if (fault) await this.#break(fault.kind);
    else response.end();
  }

  async #break(kind: NonNullable<UpstreamReply["fault"]>["kind"]): Promise<void> {
    const response = this.#response;
    if (kind === "stall") return;
    if (kind === "reset") {
      // Let what was written leave first: a reset would take it along.
      await new Promise((resolve) => response.write("", resolve));
      response.destroy();
    } else if (kind === "end") response.end();
    else response.end(`data: ${JSON.stringify({ error: kind })}\n\n`);
  }

  async #pause(ms: number | undefined): Promise<void> {
    if (ms !== undefined) await delay(ms, undefined, { ref: false });
  }
}

function sendJson(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
