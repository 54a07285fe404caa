import { createContext, Script } from "node:vm";
import { PacoreError } from "../errors.ts";

export class TimeLimitError extends PacoreError {
  override name = "TimeLimitError";

  constructor(ms: number) {
    super(`It took longer than ${ms} ms.`);
  }
}

const room = createContext({ work: undefined as unknown });
const script = new Script("work()");

/** Each attempt may take this many times as long as the one before. */
const PATIENCE = 4;
const MAX_ATTEMPTS = 5;

/**
 * Runs something synchronous that may not end, such as a user's regular expression, and stops it when its time is up.
 * The time is that of the processor: on a machine that is busy with other things `work` is begun again, with longer
 * to wait. It is a limit of time, no sandbox: `work` is trusted code, and may run several times.
 * @throws {TimeLimitError}
 */
export function withinTime<T>(work: () => T, ms: number): T {
  for (let attempt = 1, wait = ms; ; attempt++, wait *= PATIENCE) {
    const before = process.cpuUsage();
    try {
      return stoppedAfter(work, wait);
    } catch (error) {
      if (!isTimeout(error)) throw error;
      const { user, system } = process.cpuUsage(before);
      if (attempt === MAX_ATTEMPTS || (user + system) / 1000 >= ms / 2) throw new TimeLimitError(ms);
    }
  }
}

const isTimeout = (error: unknown): boolean =>
  (error as { code?: string } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";

function stoppedAfter<T>(work: () => T, ms: number): T {
  const outer = room.work;
  room.work = work;
  try {
    return script.runInContext(room, { timeout: ms }) as T;
  } finally {
    room.work = outer;
  }
}
