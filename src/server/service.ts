import { openJournal } from "../journal/store.ts";
import { FairQueue } from "./admission/fair-queue.ts";
import { Allowances } from "./auth/allowance.ts";
import { RateLimits } from "./auth/rate-limit.ts";
import { Catalog, resolveUpstreams } from "./models/catalog.ts";
import { createLog } from "./observe/log.ts";
import { Metrics } from "./observe/metrics.ts";
import { Observer } from "./observe/observer.ts";
import { createTracing } from "./observe/tracing.ts";
import { ResponseRuns } from "./responses/runs.ts";
import { ResponseStore } from "./responses/store.ts";
import { IdempotentRuns } from "./runs/idempotency.ts";
import { readServerOptions, type ServerOptions, type ServerSettings } from "./settings.ts";

/** What all requests share. */
export interface Service {
  settings: ServerSettings;
  catalog: Catalog;
  queue: FairQueue;
  rates: RateLimits;
  allowances: Allowances;
  observer: Observer;
  idempotent: IdempotentRuns;
  responses: ResponseRuns;
  /** No new requests: the server is about to stop. */
  draining: boolean;
  close(): Promise<void>;
}

/** @throws {InvalidOptionError} {@link ModelReferenceError} {@link UpstreamError} */
export async function createService(options: ServerOptions = {}): Promise<Service> {
  const settings = readServerOptions(options);
  const log = await createLog(settings.log);
  const { coordinate, upstreams, maxCalls, maxWaiting, maxWaitMs } = settings;
  const catalog = new Catalog(await resolveUpstreams(upstreams, settings), { coordinate });
  const queue = new FairQueue({ capacity: maxCalls, maxWaiting, maxWaitMs });
  const tracing = await createTracing(log);
  const { journal: path, retentionMs } = settings;
  const store = await ResponseStore.open(path === false ? undefined : responsesPath(path));
  const journal = path === false ? undefined : await openJournal(path);
  const service: Service = {
    settings,
    catalog,
    queue,
    rates: new RateLimits(),
    allowances: new Allowances(store),
    observer: new Observer(new Metrics(catalog, queue), log, tracing),
    idempotent: new IdempotentRuns(),
    responses: new ResponseRuns(store, journal),
    draining: false,
    async close() {
      clearInterval(forgetting);
      await service.responses.close();
      await catalog.close();
      await tracing.close();
    },
  };
  const forget = () => {
    for (const id of store.forget(Date.now() - retentionMs)) journal?.delete(id).catch(() => {});
  };
  const forgetting = setInterval(forget, FORGET_EVERY_MS).unref();
  forget();
  await service.responses.resumeAll(service);
  return service;
}

const FORGET_EVERY_MS = 60 * 60_000;

/** Beside the journal: `journal.db` → `journal.responses.db`. */
const responsesPath = (journal: string) => `${journal.replace(/\.db$/, "")}.responses.db`;
