import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Price } from "../core/receipt.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOrigins } from "./auth/cross-origin.ts";
import type { ApiKey } from "./auth/keys-file.ts";
import type { LogLevel } from "./observe/log.ts";

export interface ServerOptions {
  /** References as `resolveModel` takes them, or models. Default: the embedded model. */
  upstreams?: readonly (string | LanguageModelV4)[] | undefined;
  /** Calls at once per endpoint. */
  concurrency?: number | undefined;
  /** Let `reasoning_effort` low, medium, high choose the widths of plain model ids. */
  coordinate?: boolean | undefined;
  /** Who may ask. Default: anyone, which is refused beyond loopback unless `noAuth`. */
  keys?: readonly ApiKey[] | undefined;
  noAuth?: boolean | undefined;
  /** Origins whose web pages may ask (CORS), such as `http://localhost:3000`; `*` needs keys. Default: none. */
  cors?: readonly string[] | undefined;
  host?: string | undefined;
  /** 0 takes a free one. */
  port?: number | undefined;
  /** Tell hidden rounds' progress while streaming; a request's `pacore.progress` goes before. */
  progress?: boolean | undefined;
  prices?: ReadonlyMap<string, Price> | undefined;
  price?: Price | undefined;
  /** Background runs and stored responses; false: in memory only, and not resumed. Default: false. */
  journal?: string | false | undefined;
  /** Stored responses are forgotten after that long. */
  retentionMs?: number | undefined;
  log?: LogLevel | undefined;

  /** Bytes of a request body. */
  maxBodyBytes?: number | undefined;
  /** Turns of a conversation. */
  maxMessages?: number | undefined;
  /** Trajectories of one round. */
  maxWidth?: number | undefined;
  /** Exploring rounds of one run. */
  maxRounds?: number | undefined;
  /** Choices of one request. */
  maxChoices?: number | undefined;
  /** Upstream calls at once, of all requests. */
  maxCalls?: number | undefined;
  /** Requests that may wait for their turn. */
  maxWaiting?: number | undefined;
  maxWaitMs?: number | undefined;
  /** Silence in a stream before a comment is sent. */
  keepAliveMs?: number | undefined;
  /** A client that takes nothing for that long has gone. */
  stallMs?: number | undefined;
  /** From a connection's first byte to the end of the request's headers, and of its body. */
  headersTimeoutMs?: number | undefined;
  requestTimeoutMs?: number | undefined;
  /** An open connection without a request. */
  idleTimeoutMs?: number | undefined;
  /** How long SIGTERM waits for running requests. */
  drainMs?: number | undefined;
  /** A run with an Idempotency-Key waits that long for its client to come back. */
  rejoinMs?: number | undefined;
}

const MINUTE_MS = 60_000;

const DEFAULTS = {
  upstreams: ["embedded"] as readonly (string | LanguageModelV4)[],
  coordinate: false,
  noAuth: false,
  cors: [] as readonly string[],
  host: "127.0.0.1",
  port: 8000,
  progress: true,
  journal: false as string | false,
  retentionMs: 30 * 24 * 60 * MINUTE_MS,
  log: "info" as LogLevel,
  maxBodyBytes: 32 * 1024 * 1024,
  maxMessages: 2048,
  maxWidth: 64,
  maxRounds: 8,
  maxChoices: 8,
  maxCalls: 2048,
  maxWaiting: 256,
  maxWaitMs: 5 * MINUTE_MS,
  keepAliveMs: 10_000,
  stallMs: 2 * MINUTE_MS,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 2 * MINUTE_MS,
  idleTimeoutMs: 75_000,
  drainMs: 10 * MINUTE_MS,
  rejoinMs: 30_000,
};

export type ServerSettings = typeof DEFAULTS &
  Pick<ServerOptions, "keys" | "prices" | "price" | "concurrency">;

/** @throws {InvalidOptionError} naming the option. */
export function readServerOptions(options: ServerOptions): ServerSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: ServerSettings = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== "number") continue;
    const least = name === "port" || name === "rejoinMs" || name === "drainMs" ? 0 : 1;
    if (!(Number.isFinite(value) && value >= least)) {
      throw new InvalidOptionError(name, `${value} is not a number of at least ${least}.`);
    }
  }
  checkOrigins(settings.cors, { guarded: settings.keys !== undefined || settings.noAuth });
  return settings;
}
