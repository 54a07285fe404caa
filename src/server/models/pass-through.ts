import type { EndpointModel } from "../../upstream/endpoint-model.ts";
import { exhausted, type Reservation } from "../auth/allowance.ts";
import { crossOriginHeaders } from "../auth/cross-origin.ts";
import { checkMessageCount } from "../chat/plan.ts";
import { badRequest } from "../errors/api-error.ts";
import { toApiError } from "../errors/to-api-error.ts";
import { type RequestContext, traceOf, whenClientLeaves } from "../http/client.ts";
import { eventStreamHeaders, sse } from "../http/event-stream.ts";
import { bodyOutlet, socketOutlet } from "../http/outlet.ts";
import type { JsonObject } from "../http/read-body.ts";
import { ReaderLeftError } from "../runs/leaving.ts";
import type { Service } from "../service.ts";
import type { ServerSettings } from "../settings.ts";
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
  if (key?.models) refuseOtherSpelling(body);
  const controller = new AbortController();
  const { signal } = controller;
  const stopWatching = whenClientLeaves(c, () => controller.abort(new ReaderLeftError()));
  const watch = service.observer.startRun({
    runId: c.get("requestId"),
    keyId: key?.id,
    model: served.id,
    provider: served.provider,
    widths: [],
    passedThrough: true,
    trace: traceOf(c),
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
    else watch.failed(error, used, signal.aborted);
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
    return await relayed(c, plain, { text, scan, controller, settings: service.settings, over });
  } catch (error) {
    over(error);
    throw error;
  }
}

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

/** Some servers read field names in any case: what was checked has to be what is meant. */
function refuseOtherSpelling(body: JsonObject): void {
  const other = Object.keys(body).find((name) => name !== "model" && name.toLowerCase() === "model");
  if (other !== undefined)
    throw badRequest(`Unrecognized request argument: '${other}'.`, other, "unknown_parameter");
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

/** Rather too many: what a request costs is known afterwards only. */
const BYTES_PER_INPUT_TOKEN = 3;

/**
 * The bytes as they came; for a key with a budget, the body as it was read here (no second reading of doubled
 * fields), capped to what was reserved.
 */
function capped({ bytes, body, served: { price } }: PassThrough, { tokens, money }: Reservation): string {
  if (tokens === undefined && money === undefined) return bytes.toString("utf8");
  const inputTokens = bytes.length / BYTES_PER_INPUT_TOKEN;
  const forOutput = (money ?? 0) - (inputTokens * (price?.inputPerMillion ?? 0)) / 1e6;
  const byMoney =
    money === undefined || !price?.outputPerMillion ? undefined : (forOutput * 1e6) / price.outputPerMillion;
  const most =
    Math.min(tokens ?? Number.POSITIVE_INFINITY, byMoney ?? Number.POSITIVE_INFINITY) / choicesOf(body);
  if (Number.isNaN(most) || most < 1)
    throw exhausted(tokens !== undefined && tokens < 1 ? "tokens" : "money");
  const cap = Math.min(Math.floor(most), capOf(body) ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(cap)) return JSON.stringify(body);
  const { max_tokens, max_completion_tokens, ...rest } = body;
  const completion = max_completion_tokens !== undefined && { max_completion_tokens: cap };
  const older = (max_tokens !== undefined || !completion) && { max_tokens: cap };
  return JSON.stringify({ ...rest, ...completion, ...older });
}

interface RelayParts {
  text: string;
  scan: UsageScan;
  controller: AbortController;
  settings: ServerSettings;
  over: (error: unknown) => void;
}

/** The answer as it comes, with back-pressure from the client to the upstream's socket. */
async function relayed(
  c: RequestContext,
  { body, endpoint }: PassThrough,
  { text, scan, controller, settings, over }: RelayParts,
): Promise<Response> {
  const { outgoing } = c.env ?? {};
  const outlet = outgoing
    ? socketOutlet(outgoing, settings)
    : bodyOutlet(() => controller.abort(new ReaderLeftError()));
  let response: Response | undefined;
  const streaming = body.stream === true;
  await endpoint.relay(
    { body: text, signal: controller.signal },
    {
      onHeaders(status, headers, flow) {
        const asked = streaming ? eventStreamHeaders(c) : { "content-type": "application/json" };
        const told = headers["content-type"];
        const own = {
          ...asked,
          ...(told !== undefined && { "content-type": told }),
          "x-request-id": c.get("requestId"),
          ...(settings.cors.length > 0 && crossOriginHeaders(c)),
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
