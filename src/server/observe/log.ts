import type { Logger } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** The little of pino that is used; `undefined` logs nothing. */
export type ServerLog = Pick<Logger, "debug" | "info" | "warn" | "error">;

const nothing = () => {};
const SILENT: ServerLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Lines of JSON on stderr: stdout belongs to whoever started the server. Pino loads only if something is logged. */
export async function createLog(level: LogLevel): Promise<ServerLog> {
  if (level === "silent") return SILENT;
  const { pino } = await import("pino");
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // A safety net: nothing logs headers on purpose.
    redact: { paths: ["*.authorization", "headers", "*.headers", "key", "apiKey"], remove: true },
  };
  const log: ServerLog = pino(options, pino.destination({ dest: 2, sync: false }));
  return log;
}
