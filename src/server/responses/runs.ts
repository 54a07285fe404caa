import { createHash } from "node:crypto";
import type { RunHeader } from "../../core/journal.ts";
import { encode } from "../../journal/codec.ts";
import { JournalBusyError } from "../../journal/errors.ts";
import type { JournalStore } from "../../journal/store.ts";
import type { Ticket } from "../admission/fair-queue.ts";
import { toApiError } from "../errors/to-api-error.ts";
import { answerParts } from "../runs/answer-parts.ts";
import { SuspendedError } from "../runs/leaving.ts";
import { admit, paidRun, type RunPlan } from "../runs/paid-run.ts";
import { SharedRun } from "../runs/shared-run.ts";
import type { Service } from "../service.ts";
import { directLog, type LoggedEvent, storedLog } from "./event-log.ts";
import type { ResponseEvent } from "./output-items.ts";
import { keyById, planRun } from "./plan.ts";
import { openResponse, type ResponseObject } from "./response-object.ts";
import type { ResponseStore, StoredResponse } from "./store.ts";
import { ResponseWriter } from "./writer.ts";

/** The client asked for the end of a background response. */
class CancelledError extends Error {
  override name = "CancelledError";
}

export interface RunningResponse {
  id: string;
  keyId: string;
  background: boolean;
  run: SharedRun<LoggedEvent>;
  /** As it is now. */
  response(): ResponseObject;
}

interface Life {
  plan: RunPlan;
  ticket: Ticket;
  controller: AbortController;
  stored: Omit<StoredResponse, "response">;
  writer: ResponseWriter;
  /** The run went on before, until the process died. */
  resumed: boolean;
}

/** All responses that are being made. */
export class ResponseRuns {
  readonly store: ResponseStore;
  readonly #journal: JournalStore | undefined;
  readonly #running = new Map<string, RunningResponse>();

  constructor(store: ResponseStore, journal: JournalStore | undefined) {
    this.store = store;
    this.#journal = journal;
  }

  get(id: string): RunningResponse | undefined {
    return this.#running.get(id);
  }

  /** @param keep let readers that come later read from the start. @throws ApiError 429 or 503 */
  start(
    service: Service,
    plan: RunPlan,
    { keep, graceMs, ...stored }: Omit<StoredResponse, "response"> & { keep: boolean; graceMs: number },
  ): RunningResponse {
    const controller = new AbortController();
    const ticket = admit(service, [plan], controller.signal, { patient: stored.background });
    const writer = new ResponseWriter(openResponse(stored.id, stored.request));
    const life = { plan, ticket, controller, stored, writer, resumed: false };
    return this.#live(service, life, { keep, graceMs });
  }

  /** Go on with the background responses of a process that is gone. Those of a living one are left to it. */
  async resumeAll(service: Service): Promise<void> {
    for (const { response, ...stored } of this.store.unfinished()) {
      const past = this.store.events(stored.id).map((json) => JSON.parse(json) as ResponseEvent);
      const writer = new ResponseWriter(openResponseOf(response), past);
      try {
        const plan = planRun(service, { ...stored, key: keyById(service, stored.keyId) });
        if (await this.#isElsewhere(plan)) continue;
        const controller = new AbortController();
        const ticket = admit(service, [plan], controller.signal, { patient: true, again: true });
        const life = { plan, ticket, controller, stored, writer, resumed: true };
        this.#live(service, life, { keep: true, graceMs: Number.POSITIVE_INFINITY });
        service.observer.log.info({ runId: stored.id }, "background response goes on");
      } catch (error) {
        const events = [...writer.fail(toApiError(error))].map((event) => ({
          sequence: event.sequence_number,
          json: JSON.stringify(event),
        }));
        this.store.addEvents(stored.id, events, { ...stored, response: writer.response });
      }
    }
  }

  async #isElsewhere(plan: RunPlan): Promise<boolean> {
    try {
      await (await this.#journal?.run(headerOf(plan)))?.close();
      return false;
    } catch (error) {
      if (error instanceof JournalBusyError) return true;
      throw error;
    }
  }

  /** @returns when it has ended. */
  async cancel(id: string): Promise<void> {
    const running = this.#running.get(id);
    running?.run.cancel(new CancelledError("The response was cancelled."));
    await running?.run.settled;
  }

  /** @returns whether there was one. */
  async delete(id: string): Promise<boolean> {
    await this.cancel(id);
    await this.#journal?.delete(id);
    return this.store.delete(id);
  }

  /** Background responses stop where they are, and go on in the next life of the server; without a journal they end first. */
  async drain(): Promise<void> {
    const all = [...this.#running.values()].filter(({ background }) => background);
    if (this.#journal) for (const { run } of all) run.cancel(new SuspendedError());
    await Promise.all(all.map(({ run }) => run.settled));
  }

  async close(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { run } of all) run.cancel(new SuspendedError());
    await Promise.all(all.map(({ run }) => run.settled));
    await this.#journal?.close();
    this.store.close();
  }

  #live(
    service: Service,
    life: Life,
    { keep, graceMs }: { keep: boolean; graceMs: number },
  ): RunningResponse {
    const { stored, writer, controller } = life;
    const { id, keyId, background } = stored;
    const run = new SharedRun<LoggedEvent>((run) => this.#work(service, life, run), {
      controller,
      graceMs,
      keep,
    });
    const running = { id, keyId, background, run, response: () => writer.response };
    this.#running.set(id, running);
    void run.settled.then(() => this.#running.delete(id));
    return running;
  }

  async #work(service: Service, life: Life, run: SharedRun<LoggedEvent>): Promise<void> {
    const { plan, ticket, stored, writer, resumed } = life;
    const { background, request } = stored;
    const begun = resumed && writer.response.status === "in_progress";
    const current = () => ({ ...stored, response: writer.response });
    if (resumed) for (const json of this.store.events(stored.id)) run.push(loggedOf(json));
    const log = background ? storedLog(run, this.store, current) : directLog(run);
    const parts = answerParts({ progress: request.pacore?.progress ?? service.settings.progress });
    try {
      log.add(resumed ? writer.abandon() : writer.start());
      log.flush();
      const journal = background ? await this.#journal?.run(headerOf(plan)) : undefined;
      try {
        for await (const event of paidRun(service, { plan, ticket, signal: run.signal, journal })) {
          if (event.type === "run-start" && !begun) log.add(writer.begin());
          for (const part of parts(event)) log.add(writer.write(part));
        }
      } finally {
        await journal?.close();
      }
      if (!background && request.store !== false) this.store.put(current());
    } catch (error) {
      // Its events go on in the next life; whoever reads now is cut off, and may come back.
      if (error instanceof SuspendedError) return;
      log.add(error instanceof CancelledError ? writer.cancel() : writer.fail(toApiError(error)));
      if (!background) throw error;
    } finally {
      ticket.release();
      log.flush();
    }
  }
}

/** As it was before anything happened: its events say the rest. */
function openResponseOf(response: ResponseObject): ResponseObject {
  return { ...response, output: [], status: "queued" };
}

function loggedOf(json: string): LoggedEvent {
  const { sequence_number: sequence, type } = JSON.parse(json) as ResponseEvent;
  return { sequence, type, json };
}

function headerOf({ runId, served, call, options }: RunPlan): RunHeader {
  const { headers: _, abortSignal: __, ...asked } = call;
  const widths = options.widths as readonly number[];
  const { seed, sampling } = options;
  const deciding = { model: served.reference, widths, call: asked, seed, sampling };
  return {
    runId,
    createdAt: Date.now(),
    model: served.reference,
    widths,
    call: asked,
    settings: { ...(seed !== undefined && { seed }), ...(sampling && { sampling }) },
    fingerprint: createHash("sha256").update(encode(deciding)).digest("hex"),
  };
}
