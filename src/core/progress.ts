/**
 * How far a call in flight has come. A model that knows reports it; a live view shows it, and it is what a
 * cancelled or failed call is charged for.
 */
export interface CallProgress {
  /** Tokens generated so far by this call, reasoning included. One streamed chunk counts as one token. */
  tokens: number;
}

export type ProgressListener = (progress: CallProgress) => void;

// The AI SDK's call options have no place for a callback, and `doGenerate` passes the very same AbortSignal
// object down to `fetch`: so the signal is the key. Weak, so a finished call leaves nothing behind.
const listeners = new WeakMap<AbortSignal, ProgressListener>();

/** Ask for the progress of the call that will be made with `signal`. */
export function watchProgress(signal: AbortSignal, listener: ProgressListener): void {
  listeners.set(signal, listener);
}

/** For models: where to report the call made with `signal`, if anyone asked. */
export function progressListener(signal: AbortSignal | null | undefined): ProgressListener | undefined {
  return signal ? listeners.get(signal) : undefined;
}
