import { badRequest } from "../errors/api-error.ts";
import { hangUp, type RequestContext, whenClientLeaves } from "../http/client.ts";
import { eventStream, eventStreamHeaders } from "../http/event-stream.ts";
import type { Service } from "../service.ts";
import { type LoggedEvent, wireText } from "./event-log.ts";
import type { ResponseEvent } from "./output-items.ts";
import type { RunningResponse } from "./runs.ts";
import type { StoredResponse } from "./store.ts";

/** A response that was made before: as it is now, or its events after `starting_after`. */
export function retrieve(
  c: RequestContext,
  service: Service,
  stored: StoredResponse,
  { stream }: { stream: boolean },
): Response {
  const running = service.responses.get(stored.id);
  if (!stream) return c.json(running?.response() ?? stored.response);
  if (!stored.background) {
    throw badRequest(
      "Only background responses keep their events; get it without stream.",
      "stream",
      "invalid_value",
    );
  }
  const startingAfter = readStartingAfter(c.req.query("starting_after"));
  if (running) return streamEvents(c, service, running, startingAfter);
  const { keepAliveMs, stallMs } = service.settings;
  const events = pastEvents(service.responses.store.events(stored.id, startingAfter));
  const body = eventStream(events, { keepAliveMs, stallMs, onLeave: () => {} });
  return new Response(body, { headers: eventStreamHeaders(c) });
}

async function* pastEvents(all: readonly string[]): AsyncGenerator<string> {
  for (const json of all) {
    const { type, sequence_number: sequence } = JSON.parse(json) as ResponseEvent;
    yield wireText({ type, sequence, json });
  }
}

/** The events of a running response after `startingAfter`, as they come. */
export function streamEvents(
  c: RequestContext,
  { settings: { keepAliveMs, stallMs } }: Service,
  { id, run }: RunningResponse,
  startingAfter: number,
): Response {
  const leave = run.join();
  const stopWatching = whenClientLeaves(c, leave);
  const onLeave = () => {
    leave();
    hangUp(c);
  };
  void run.settled.then(() => {
    stopWatching();
    leave();
  });
  const stream = eventStream(texts(run.read(), startingAfter), { keepAliveMs, stallMs, onLeave });
  return new Response(stream, { headers: { ...eventStreamHeaders(c), "x-pacore-run-id": id } });
}

async function* texts(events: AsyncIterable<LoggedEvent>, startingAfter: number): AsyncGenerator<string> {
  for await (const event of events) if (event.sequence > startingAfter) yield wireText(event);
}

/** `starting_after` of a query. @throws ApiError 400 */
function readStartingAfter(text: string | undefined): number {
  if (text === undefined) return -1;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest("'starting_after' is a sequence number.", "starting_after", "invalid_value");
  return Number(text);
}
