import { sse } from "../http/event-stream.ts";
import type { SharedRun } from "../runs/shared-run.ts";
import type { ResponseEvent } from "./output-items.ts";
import type { ResponseStore, StoredResponse } from "./store.ts";

/** An event as it goes over the wire and onto the disk. */
export interface LoggedEvent {
  sequence: number;
  type: string;
  json: string;
}

export const wireText = ({ type, json }: LoggedEvent): string => sse(json, type);

export interface EventLog {
  add(events: Iterable<ResponseEvent>): void;
  /** Everything added is visible then. */
  flush(): void;
}

const toLogged = (event: ResponseEvent): LoggedEvent => ({
  sequence: event.sequence_number,
  type: event.type,
  json: JSON.stringify(event),
});

/** Events straight to the readers. */
export function directLog(run: SharedRun<LoggedEvent>): EventLog {
  return {
    add: (events) => {
      for (const event of events) run.push(toLogged(event));
    },
    flush: () => {},
  };
}

/** Tokens of this long go to disk together. */
const BATCH_MS = 20;

/**
 * Events to disk first and only then to the readers: what a reader has seen is there after kill -9, so that its
 * `starting_after` always means something. `current` is stored along whenever the response itself changed.
 */
export function storedLog(
  run: SharedRun<LoggedEvent>,
  store: ResponseStore,
  current: () => StoredResponse,
): EventLog {
  let batch: LoggedEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const events = batch;
    batch = [];
    if (events.length === 0) return;
    const changed = events.some(({ type }) => RESPONSE_EVENTS.has(type));
    const stored = current();
    store.addEvents(stored.id, events, changed ? stored : undefined);
    for (const event of events) run.push(event);
  };
  return {
    flush,
    add(events) {
      for (const event of events) batch.push(toLogged(event));
      timer ??= setTimeout(() => {
        try {
          flush();
        } catch (error) {
          run.cancel(error);
        }
      }, BATCH_MS);
    },
  };
}

const RESPONSE_EVENTS: ReadonlySet<string> = new Set(
  ["created", "queued", "in_progress", "completed", "incomplete", "failed"].map((name) => `response.${name}`),
);
