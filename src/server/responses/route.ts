import { createHash } from "node:crypto";
import { headerOf, type RequestContext, traceOf, whenClientLeaves } from "../http/client.ts";
import { parseObject, readBytes } from "../http/read-body.ts";
import { readIdempotencyKey, reusedKey } from "../runs/idempotency.ts";
import type { Service } from "../service.ts";
import { itemId } from "./output-items.ts";
import { conversationOf, planRun, readRequest } from "./plan.ts";
import { retrieve, streamEvents } from "./retrieve.ts";
import type { RunningResponse } from "./runs.ts";
import type { ResponseRequest } from "./schema.ts";

/** `POST /v1/responses` */
export async function createResponse(c: RequestContext, service: Service): Promise<Response> {
  const key = c.get("key");
  const keyId = key?.id ?? "";
  service.rates.take(key);
  const bytes = await readBytes(c, service.settings.maxBodyBytes);
  const request = readRequest(service, parseObject(bytes));
  const idempotencyKey = readIdempotencyKey(headerOf(c, "idempotency-key"));
  const bodyHash = createHash("sha256").update(bytes).digest("hex");
  const known = idempotencyKey && service.responses.store.claimed(keyId, idempotencyKey);
  if (known) {
    if (known.bodyHash !== bodyHash) throw reusedKey();
    const joined = await join(c, service, known.responseId, request);
    if (joined) return joined;
  }

  const id = itemId("resp");
  const input = conversationOf(service.responses.store, keyId, request);
  const plan = { ...planRun(service, { id, key, request, input }), trace: traceOf(c) };
  const background = request.background === true;
  const graceMs = background ? Number.POSITIVE_INFINITY : idempotencyKey ? service.settings.rejoinMs : 0;
  const keep = background || idempotencyKey !== undefined;
  const running = service.responses.start(service, plan, {
    id,
    keyId,
    background,
    request,
    input,
    keep,
    graceMs,
  });
  if (idempotencyKey) service.responses.store.claim(keyId, idempotencyKey, bodyHash, id);
  return respond(c, service, running, request);
}

/** A retry: of what still runs, or of what has ended. undefined: it left nothing, so it is made again. */
async function join(
  c: RequestContext,
  service: Service,
  id: string,
  request: ResponseRequest,
): Promise<Response | undefined> {
  const running = service.responses.get(id);
  if (running) return respond(c, service, running, request);
  const stored = service.responses.store.get(id);
  if (stored && (request.background || !request.stream))
    return retrieve(c, service, stored, { stream: request.stream === true });
  service.responses.store.unclaim(id);
  return undefined;
}

function respond(
  c: RequestContext,
  service: Service,
  running: RunningResponse,
  { stream, background }: ResponseRequest,
): Promise<Response> | Response {
  if (stream) return streamEvents(c, service, running, -1);
  return background ? c.json(running.response()) : whole(c, running);
}

async function whole(c: RequestContext, { run, response }: RunningResponse): Promise<Response> {
  const leave = run.join();
  const stopWatching = whenClientLeaves(c, leave);
  try {
    for await (const _ of run.read());
  } finally {
    stopWatching();
    leave();
  }
  return c.json(response());
}
