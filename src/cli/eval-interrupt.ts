import { EXIT } from "./exit-codes.ts";

export interface EvalInterrupt extends Disposable {
  /** Start nothing more. */
  drain: AbortSignal;
  /** Stop what runs, too. */
  abort: AbortSignal;
}

/** The first Ctrl-C drains, the second aborts, the third ends the process. SIGTERM aborts at once. */
export function catchEvalInterrupts(tell: (text: string) => void): EvalInterrupt {
  const drain = new AbortController();
  const abort = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    drain.abort();
    abort.abort(new Error(`Stopped by ${signal}.`));
  };
  const interrupt = () => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    if (drain.signal.aborted) {
      tell("Stopping; what finished is kept.");
      return stop("SIGINT");
    }
    tell("Finishing what runs; Ctrl-C again stops it.");
    drain.abort();
  };
  const terminate = () => stop("SIGTERM");
  process.on("SIGINT", interrupt).on("SIGTERM", terminate);
  return {
    drain: drain.signal,
    abort: abort.signal,
    [Symbol.dispose]: () => void process.off("SIGINT", interrupt).off("SIGTERM", terminate),
  };
}
