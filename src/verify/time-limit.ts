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

/**
 * Runs something synchronous that may not end, such as a user's regular expression, and stops it when its time is up.
 * It is a limit of time, no sandbox: `work` is trusted code.
 * @throws {TimeLimitError}
 */
export function withinTime<T>(work: () => T, ms: number): T {
  const outer = room.work;
  room.work = work;
  try {
    return script.runInContext(room, { timeout: ms }) as T;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") throw new TimeLimitError(ms);
    throw error;
  } finally {
    room.work = outer;
  }
}
