import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { InvalidOptionError } from "../errors.ts";
import { createApp } from "./app.ts";
import { isLoopback } from "./auth/authenticate.ts";
import { createService, type Service } from "./service.ts";
import { readServerOptions, type ServerOptions, type ServerSettings } from "./settings.ts";

export interface RunningServer {
  /** `http://127.0.0.1:8000` */
  url: string;
  port: number;
  service: Service;
  /** Take nothing new, let what runs end, at most `drainMs`; then close. */
  drain(): Promise<void>;
  /** Close now, whatever runs. */
  close(): Promise<void>;
}

/**
 * Serve the API.
 * @throws {InvalidOptionError} when it would be open beyond this machine without keys, or an option is wrong;
 *   ModelReferenceError or UpstreamError when a model cannot be had; the system's error when the port is taken.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const settings = readServerOptions(options);
  refuseOpenDoor(settings);
  const service = await createService(options);
  const app = createApp(service);
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    // For HTTP/1.0, which needs no Host; without it in HTTP/1.1 Node itself refuses.
    hostname: "localhost",
  });
  const server = createServer(
    {
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      keepAliveTimeout: settings.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(5000, settings.headersTimeoutMs),
      noDelay: true,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  try {
    await listening(server, settings);
  } catch (error) {
    await service.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  const stop = stopping(server, service);
  return { url: `http://${host}:${port}`, port, service, ...stop };
}

function refuseOpenDoor({ host, keys, noAuth }: ServerSettings): void {
  if (keys || noAuth || isLoopback(host)) return;
  throw new InvalidOptionError(
    "--host",
    `${host} can be reached from other machines; give --api-keys FILE, or --no-auth if anyone may spend your tokens.`,
  );
}

function listening(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // More clients at once than the default's 511 would wait a second or more for their connection.
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function stopping(server: Server, service: Service): Pick<RunningServer, "drain" | "close"> {
  const closed = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const idle = watchRequests(server);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      service.draining = true;
      server.close();
      server.closeAllConnections();
      await closed;
      await service.close();
    })();
    return closing;
  };
  const drain = async () => {
    service.draining = true;
    server.close();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), service.settings.drainMs);
    const quiet = Promise.all([idle(), service.responses.drain()]);
    await Promise.race([quiet, closed, once(late.signal, "abort")]);
    clearTimeout(timer);
    await close();
  };
  return { drain, close };
}

/** @returns what resolves as soon as no request is being answered. (Kept-alive connections would outlast them.) */
function watchRequests(server: Server): () => Promise<void> {
  let running = 0;
  let wake: (() => void) | undefined;
  server.on("request", (_incoming, outgoing) => {
    running++;
    outgoing.once("close", () => {
      if (--running === 0) wake?.();
    });
  });
  return () =>
    new Promise((resolve) => {
      wake = resolve;
      if (running === 0) resolve();
    });
}
