import type { TokenUsage } from "../../core/usage.ts";
import type { EndpointModel } from "../../upstream/endpoint-model.ts";
import type { Reservation } from "../auth/allowance.ts";
import { checkMessageCount } from "../chat/plan.ts";
import { badRequest } from "../errors/api-error.ts";
import { toApiError } from "../errors/to-api-error.ts";
import { type RequestContext, whenClientLeaves } from "../http/client.ts";
import { EVENT_STREAM_HEADERS, sse } from "../http/event-stream.ts";
import { bodyOutlet, socketOutlet } from "../http/outlet.ts";
import type { JsonObject } from "../http/read-body.ts";
import { ReaderLeftError } from "../runs/shared-run.ts";
import type { Service } from "../service.ts";
import type { ServedModel } from "./catalog.ts";
import { UsageScan } from "./usage-scan.ts";

interface PassThrough {
  bytes: Buffer;
  body: JsonObject;
  served: ServedModel;
  endpoint: EndpointModel;
}

/**
 * A plain model's request, sent on byte by byte, and its answer back. Only a key with a budget has its output
 * capped to what is left: that is what makes the budget hold.
 */
export async function passThrough(
  c: RequestContext,
  service: Service,
  plain: PassThrough,
): Promise<Response> {
  const { body, served } = plain;
  checkRoughly(body, service.settings.maxMessages);
  const key = c.get("key");
  const controller = new AbortController();
  const { signal } = controller;
  const stopWatching = whenClientLeaves(c, () => controller.abort(new ReaderLeftError()));
  const watch = service.observer.startRun({
    runId: c.get("requestId"),
    keyId: key?.id,
    model: served.id,
    widths: [],
  });
  let ticket: ReturnType<typeof service.queue.enter> | undefined;
  let reservation: Reservation | undefined;
  const scan = new UsageScan(body.stream === true);
  const over = (error: unknown) => {
    stopWatching();
    ticket?.release();
    const used = scan.usage();
    reservation?.settle(used);
    if (error === undefined) watch.ended(used);
    else watch.failed(error, error instanceof ReaderLeftError ? used : NOTHING_USED, signal.aborted);
  };
  try {
    ticket = service.queue.enter({
      keyId: key?.id ?? "",
      calls: 1,
      signal,
      keyConcurrency: key?.concurrency,
    });
    await ticket.ready;
    watch.started();
    reservation = service.allowances.reserve(key, { ...mostOf(body), price: served.price });
    const text = capped(plain, reservation);
    return await relayed(c, plain, { text, scan, controller, stallMs: service.settings.stallMs, over });
  } catch (error) {
    over(error);
    throw error;
  }
}

const NOTHING_USED: TokenUsage = {
  input: 0,
  cachedInput: 0,
  output: 0,
  reasoning: 0,
  text: 0,
  estimated: false,
};

/** The rest is the upstream's to judge. */
function checkRoughly({ messages, stream }: JsonObject, maxMessages: number): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    const problem =
      messages === undefined
        ? "Missing required parameter: 'messages'."
        : "'messages' must be a non-empty array.";
    throw badRequest(
      problem,
      "messages",
      messages === undefined ? "missing_required_parameter" : "invalid_value",
    );
  }
  checkMessageCount(messages, maxMessages, "messages");
  if (stream != null && typeof stream !== "boolean")
    throw badRequest("'stream' must be a boolean.", "stream", "invalid_value");
}

function capOf({ max_completion_tokens, max_tokens }: JsonObject): number | undefined {
  const cap = max_completion_tokens ?? max_tokens;
  return typeof cap === "number" && cap >= 1 ? Math.floor(cap) : undefined;
}

const choicesOf = ({ n }: JsonObject) => (typeof n === "number" && n >= 1 ? Math.floor(n) : 1);

function mostOf(body: JsonObject): { tokens: number | undefined; money: undefined } {
  const cap = capOf(body);
  return { tokens: cap === undefined ? undefined : cap * choicesOf(body), money: undefined };
}

/** The bytes as they came, or with a smaller cap where the key's budget says so. */
function capped({ bytes, body, served }: PassThrough, { tokens, money }: Reservation): string {
  const byMoney =
    money === undefined || !served.price?.outputPerMillion
      ? undefined
      : (money * 1e6) / served.price.outputPerMillion;
  const bounds = [tokens, byMoney].filter((bound) => bound !== undefined);
  const each = Math.floor(Math.min(...bounds) / choicesOf(body));
  const cap = capOf(body);
  if (bounds.length === 0 || (cap !== undefined && cap <= each)) return bytes.toString("utf8");
  const field = body.max_completion_tokens === undefined ? "max_tokens" : "max_completion_tokens";
  return JSON.stringify({ ...body, [field]: Math.max(1, each) });
}

interface RelayParts {
  text: string;
  scan: UsageScan;
  controller: AbortController;
  stallMs: number;
  over: (error: unknown) => void;
}

/** The answer as it comes, with back-pressure from the client to the upstream's socket. */
async function relayed(
  c: RequestContext,
  { body, endpoint }: PassThrough,
  { text, scan, controller, stallMs, over }: RelayParts,
): Promise<Response> {
  const { outgoing } = c.env ?? {};
  const outlet = outgoing
    ? socketOutlet(outgoing, { stallMs })
    : bodyOutlet(() => controller.abort(new ReaderLeftError()));
  let response: Response | undefined;
  const streaming = body.stream === true;
  await endpoint.relay(
    { body: text, signal: controller.signal },
    {
      onHeaders(status, headers, flow) {
        const type =
          headers["content-type"] ?? (streaming ? EVENT_STREAM_HEADERS["content-type"] : "application/json");
        const own = {
          ...(streaming && EVENT_STREAM_HEADERS),
          "content-type": type,
          "x-request-id": c.get("requestId"),
        };
        response = outlet.head(status, own, flow);
      },
      onData(chunk) {
        scan.push(chunk);
        // undici's chunks are views of a buffer that it does not use again.
        outlet.write(chunk);
      },
      onEnd(error) {
        over(error);
        if (error === undefined) return outlet.end();
        if (!streaming) return outlet.break();
        // Its status is sent; the stream itself has to say that it broke off.
        outlet.write(Buffer.from(sse(JSON.stringify(toApiError(error).toBody()))));
        outlet.end();
      },
    },
  );
  return response as Response;
}
