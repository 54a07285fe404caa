import { FairQueue } from "./admission/fair-queue.ts";
import { Allowances, memorySpending, type SpendingStore } from "./auth/allowance.ts";
import { RateLimits } from "./auth/rate-limit.ts";
import { Catalog, resolveUpstreams } from "./models/catalog.ts";
import { createLog } from "./observe/log.ts";
import { Metrics } from "./observe/metrics.ts";
import { Observer } from "./observe/observer.ts";
import { createTracing } from "./observe/tracing.ts";
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
  const spending: SpendingStore = memorySpending();
  return {
    settings,
    catalog,
    queue,
    rates: new RateLimits(),
    allowances: new Allowances(spending),
    observer: new Observer(new Metrics(catalog, queue), log, tracing),
    idempotent: new IdempotentRuns(),
    draining: false,
    async close() {
      await catalog.close();
      await tracing.close();
    },
  };
}
