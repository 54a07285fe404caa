import type { Ticket } from "../admission/fair-queue.ts";
import { toApiError } from "../errors/to-api-error.ts";
import { hangUp, headerOf, type RequestContext, traceOf, whenClientLeaves } from "../http/client.ts";
import { eventStream, eventStreamHeaders, sse } from "../http/event-stream.ts";
import { parseObject, readBytes } from "../http/read-body.ts";
import { passThrough } from "../models/pass-through.ts";
import { answerParts } from "../runs/answer-parts.ts";
import { readIdempotencyKey } from "../runs/idempotency.ts";
import { admit, paidRun, resultOf } from "../runs/paid-run.ts";
import { SharedRun } from "../runs/shared-run.ts";
import type { Service } from "../service.ts";
import { ChunkWriter } from "./chunks.ts";
import { completionOf } from "./completion.ts";
import { type ChatPlan, chooseModel, planChat } from "./plan.ts";

/** `POST /v1/chat/completions` */
export async function chatCompletions(c: RequestContext, service: Service): Promise<Response> {
  const key = c.get("key");
  service.rates.take(key);
  const bytes = await readBytes(c, service.settings.maxBodyBytes);
  const body = parseObject(bytes);
  const chosen = chooseModel(service, key, body);
  const idempotencyKey = readIdempotencyKey(headerOf(c, "idempotency-key"));
  const plain = chosen.widths === undefined && body.pacore == null && idempotencyKey === undefined;
  const { endpoint } = chosen.served;
  if (plain && endpoint) return passThrough(c, service, { bytes, body, served: chosen.served, endpoint });

  const plan = planChat(service, key, body, chosen);
  for (const run of plan.runs) run.trace = traceOf(c);
  if (idempotencyKey === undefined) {
    return respond(c, service, plan, { run: startChat(service, plan, { shared: false }), joins: false });
  }
  const claim = { keyId: key?.id ?? "", path: c.req.path, idempotencyKey, body: bytes };
  const run = service.idempotent.join(claim, () => startChat(service, plan, { shared: true }));
  return respond(c, service, plan, { run, joins: true });
}

/** Start the runs of a request; their output is the response's text, whole or event by event. */
function startChat(service: Service, plan: ChatPlan, { shared }: { shared: boolean }): SharedRun<string> {
  const controller = new AbortController();
  const ticket = admit(service, plan.runs, controller.signal);
  const work = plan.request.stream ? streamed : whole;
  return new SharedRun<string>(
    async (run) => {
      try {
        await work(service, plan, { ticket, signal: run.signal, push: (text) => run.push(text) });
      } finally {
        ticket.release();
      }
    },
    { controller, graceMs: shared ? service.settings.rejoinMs : 0, keep: shared },
  );
}

interface Outlet {
  ticket: Ticket;
  signal: AbortSignal;
  push(text: string): void;
}

async function whole(
  service: Service,
  { envelope, runs }: ChatPlan,
  { ticket, signal, push }: Outlet,
): Promise<void> {
  const results = await allOrNone(signal, runs, (plan, signal) =>
    resultOf(paidRun(service, { plan, ticket, signal })),
  );
  push(JSON.stringify(completionOf(envelope, results)));
}

async function streamed(service: Service, plan: ChatPlan, { ticket, signal, push }: Outlet): Promise<void> {
  const { envelope, runs, progress, request } = plan;
  const includeUsage = request.stream_options?.include_usage === true;
  const chunks = new ChunkWriter(envelope, { choices: runs.length, includeUsage });
  try {
    await allOrNone(signal, runs, async (run, signal, index) => {
      const parts = answerParts({ progress });
      for await (const event of paidRun(service, { plan: run, ticket, signal })) {
        for (const part of parts(event)) {
          for (const chunk of chunks.write(index, part)) push(sse(JSON.stringify(chunk)));
        }
      }
    });
    push(sse("[DONE]"));
  } catch (error) {
    // The status is sent long ago: the stream itself has to say it.
    push(sse(JSON.stringify(toApiError(error).toBody())));
    throw error;
  }
}

/** Runs of one request, side by side; if one fails the others are cancelled, for the request has failed. */
async function allOrNone<P, R>(
  parent: AbortSignal,
  plans: readonly P[],
  work: (plan: P, signal: AbortSignal, index: number) => Promise<R>,
): Promise<R[]> {
  const own = new AbortController();
  const signal = AbortSignal.any([parent, own.signal]);
  const all = plans.map((plan, i) => work(plan, signal, i));
  try {
    return await Promise.all(all);
  } catch (error) {
    own.abort(error);
    await Promise.allSettled(all);
    throw parent.aborted ? parent.reason : error;
  }
}

async function respond(
  c: RequestContext,
  service: Service,
  { request, envelope }: ChatPlan,
  { run, joins }: { run: SharedRun<string>; joins: boolean },
): Promise<Response> {
  const leave = run.join();
  const stopWatching = whenClientLeaves(c, leave);
  // Whoever joins a run does not know its id before the answer says it.
  const headers: Record<string, string> = joins ? {} : { "x-pacore-run-id": envelope.id };
  if (request.stream) {
    const { keepAliveMs, stallMs } = service.settings;
    const onLeave = () => {
      leave();
      hangUp(c);
    };
    void run.settled.then(stopWatching);
    const stream = eventStream(run.read(), { keepAliveMs, stallMs, onLeave });
    return new Response(stream, { headers: { ...eventStreamHeaders(c), ...headers } });
  }
  try {
    const text: string[] = [];
    for await (const item of run.read()) text.push(item);
    return new Response(text.join(""), { headers: { "content-type": "application/json", ...headers } });
  } finally {
    stopWatching();
    leave();
  }
}
