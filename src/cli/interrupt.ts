import { EXIT, type ExitCode } from "./exit-codes.ts";

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.terminated } as const;
type Signal = keyof typeof CODES;

/** The user, or the system, wants the process to end. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
  readonly code: ExitCode;
  constructor(signal: Signal) {
    super(signal === "SIGINT" ? "Interrupted." : `Stopped by ${signal}.`);
    this.code = CODES[signal];
  }
}

export interface Interrupt extends Disposable {
  signal: AbortSignal;
}

/**
 * An abort signal for Ctrl-C and its like. The first one asks the work to end in order; the second ends the
 * process at once.
 */
export function catchInterrupts(): Interrupt {
  const controller = new AbortController();
  const handlers = (Object.keys(CODES) as Signal[]).map((signal) => {
    const handle = () => {
      if (controller.signal.aborted) process.exit(CODES[signal]);
      controller.abort(new InterruptedError(signal));
    };
    process.on(signal, handle);
    return { signal, handle };
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const { signal, handle } of handlers) process.off(signal, handle);
    },
  };
}
