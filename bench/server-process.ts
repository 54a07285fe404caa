/** The server of a benchmark, in a process of its own: `server-process.ts UPSTREAM…`. It reports when asked. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startServer } from "../src/server/index.ts";

export interface Report {
  /** Milliseconds, since the last report. */
  loopDelayP99: number;
  loopDelayMax: number;
  rssMb: number;
  heapMb: number;
  activeRuns: number;
  inFlight: number;
}

const server = await startServer({
  upstreams: process.argv.slice(2),
  port: 0,
  log: "silent",
  maxCalls: 4096,
});
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on("message", () => {
  globalThis.gc?.();
  const memory = process.memoryUsage();
  const { catalog, observer } = server.service;
  const stats = catalog.all().flatMap(({ endpoint }) => endpoint?.endpointStats() ?? []);
  const report: Report = {
    // The monitor's own timer is a millisecond.
    loopDelayP99: delay.percentile(99) / 1e6 - 1,
    loopDelayMax: delay.max / 1e6 - 1,
    rssMb: memory.rss / 2 ** 20,
    heapMb: memory.heapUsed / 2 ** 20,
    activeRuns: observer.metrics.activeRuns,
    inFlight: stats.reduce((sum, { inFlight }) => sum + inFlight, 0),
  };
  delay.reset();
  process.send?.(report);
});
process.on("disconnect", () => process.exit());
process.send?.(server.port);
