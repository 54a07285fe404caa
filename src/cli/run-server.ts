import { once } from "node:events";
import type { RunningServer, ServerOptions } from "../server/index.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { catchInterrupts } from "./interrupt.ts";
import type { ServeFlags } from "./serve.ts";

/** Serve until a signal says otherwise. */
export async function runServer(flags: ServeFlags): Promise<ExitCode> {
  const { createKey, startServer } = await import("../server/index.ts");
  if (flags.makeKey !== undefined) {
    const { secret, entry } = createKey(flags.makeKey);
    process.stderr.write(`The key, shown this once: ${secret}\nIts entry for "keys" in the file:\n`);
    process.stdout.write(`${JSON.stringify(entry)}\n`);
    return EXIT.answered;
  }
  using interrupt = catchInterrupts();
  const server = await startServer(await optionsOf(flags));
  announce(server);
  if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
  process.stderr.write("Running requests may end; once more to stop at once.\n");
  await server.drain();
  return EXIT.answered;
}

async function optionsOf(flags: ServeFlags): Promise<ServerOptions> {
  const { readKeysFile } = await import("../server/index.ts");
  const { parsePrice, readPrices } = await import("../upstream/prices.ts");
  const { defaultJournalPath } = await import("../journal/location.ts");
  const { apiKeys, prices, journal } = flags;
  return {
    upstreams: flags.upstream,
    host: flags.host,
    port: flags.port,
    coordinate: flags.coordinate,
    progress: flags.progress,
    noAuth: !flags.auth,
    cors: flags.cors,
    keys: apiKeys === undefined ? undefined : await readKeysFile(apiKeys),
    prices: prices === undefined ? undefined : await readPrices(prices),
    price: parsePrice(flags.priceIn, flags.priceOut),
    journal: journal === false ? false : typeof journal === "string" ? journal : defaultJournalPath(),
    retentionMs: flags.retention,
    log: flags.logLevel,
    concurrency: flags.concurrency,
    maxWidth: flags.maxWidth,
    maxMessages: flags.maxMessages,
    maxBodyBytes: flags.maxBody,
    maxCalls: flags.maxCalls,
    maxWaiting: flags.maxWaiting,
    maxWaitMs: flags.maxWait,
    headersTimeoutMs: flags.headerTimeout,
    idleTimeoutMs: flags.idleTimeout,
    keepAliveMs: flags.keepAlive,
    drainMs: flags.drain,
  };
}

function announce({ url, service }: RunningServer): void {
  const names = service.catalog.all().map(({ id }) => id);
  const example = names[0] ?? "model";
  process.stdout.write(`Serving ${names.join(", ")} on ${url}/v1\n`);
  process.stdout.write(
    `Coordinated as ${example}:low, ${example}:medium, ${example}:high, or ${example}@32,4\n`,
  );
}
