import type { TokenUsage } from "../../core/usage.ts";
import type { FairQueue } from "../admission/fair-queue.ts";
import type { Catalog } from "../models/catalog.ts";
import { Counter, exposition, Gauge, Histogram } from "./metrics-text.ts";

const SECONDS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 60, 300, 900, 3600];
const STATES = { closed: 0, "half-open": 1, open: 2 } as const;

/** What `GET /metrics` tells. Labels never hold keys, prompts, or anything a client made up. */
export class Metrics {
  readonly requests = new Counter("pacore_requests_total", "HTTP requests by route and status.");
  readonly requestSeconds = new Histogram(
    "pacore_request_duration_seconds",
    "Until the last byte was sent.",
    SECONDS,
  );
  readonly runs = new Counter("pacore_runs_total", "Coordinated and plain runs by how they ended.");
  readonly runSeconds = new Histogram(
    "pacore_run_duration_seconds",
    "From its turn in the queue to its end.",
    SECONDS,
  );
  readonly queueSeconds = new Histogram(
    "pacore_queue_wait_seconds",
    "Time that a run waited for its turn.",
    SECONDS,
  );
  readonly trajectories = new Counter("pacore_trajectories_total", "Upstream calls of runs by outcome.");
  readonly tokens = new Counter("pacore_tokens_total", "Tokens by model and kind.");
  #active = 0;
  readonly #gauges: Gauge[];

  constructor(catalog: Catalog, queue: FairQueue) {
    this.#gauges = [
      new Gauge("pacore_runs_active", "Runs that have begun and not ended.", () => [[{}, this.#active]]),
      new Gauge("pacore_calls_reserved", "Upstream calls that running requests may make at once.", () => [
        [{}, queue.inUse],
      ]),
      new Gauge("pacore_queue_length", "Requests that wait for their turn.", () => [[{}, queue.waiting]]),
      endpointGauge(catalog, "pacore_upstream_in_flight", "Calls at an endpoint.", (stats) => stats.inFlight),
      endpointGauge(
        catalog,
        "pacore_upstream_failures",
        "Failed calls since start.",
        (stats) => stats.failures,
      ),
      endpointGauge(
        catalog,
        "pacore_upstream_circuit",
        "0 closed, 1 half open, 2 open.",
        (stats) => STATES[stats.state],
      ),
      new Gauge("process_resident_memory_bytes", "Resident memory.", () => [[{}, process.memoryUsage.rss()]]),
    ];
  }

  get activeRuns(): number {
    return this.#active;
  }

  runStarted(): void {
    this.#active++;
  }

  runEnded(): void {
    this.#active--;
  }

  spent(
    model: string,
    {
      input,
      cachedInput,
      reasoning,
      output,
    }: Pick<TokenUsage, "input" | "cachedInput" | "reasoning" | "output">,
  ): void {
    this.tokens.add({ model, kind: "input" }, input);
    this.tokens.add({ model, kind: "cached_input" }, cachedInput);
    this.tokens.add({ model, kind: "output" }, output);
    this.tokens.add({ model, kind: "reasoning" }, reasoning);
  }

  text(): string {
    const { requests, requestSeconds, runs, runSeconds, queueSeconds, trajectories, tokens } = this;
    return exposition([
      requests,
      requestSeconds,
      runs,
      runSeconds,
      queueSeconds,
      trajectories,
      tokens,
      ...this.#gauges,
    ]);
  }
}

type Stats = ReturnType<NonNullable<ReturnType<Catalog["all"]>[number]["endpoint"]>["endpointStats"]>[number];

/** Endpoints by number: their addresses are nobody's business who can read metrics. */
function endpointGauge(catalog: Catalog, name: string, help: string, pick: (stats: Stats) => number): Gauge {
  return new Gauge(name, help, () =>
    catalog
      .all()
      .flatMap(({ id, endpoint }) =>
        (endpoint?.endpointStats() ?? []).map((stats, i): [Record<string, string>, number] => [
          { model: id, endpoint: String(i) },
          pick(stats),
        ]),
      ),
  );
}
