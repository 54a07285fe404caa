/** The longest a timer of the platform can wait. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Wait, unless the signal aborts first; then throws its reason. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** A promise that gives up with the signal, for work that may not listen to it itself. */
export function abortable<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener("abort", stop);
        resolve(value);
      },
      (error) => {
        signal.removeEventListener("abort", stop);
        reject(error);
      },
    );
  });
}

export interface ChildController {
  controller: AbortController;
  signal: AbortSignal;
  release: () => void;
}

/**
 * A controller that follows `parents`. `release` unhooks it: a long-lived parent would else collect one
 * listener a call.
 */
export function childController(parents: readonly (AbortSignal | undefined)[]): ChildController {
  const controller = new AbortController();
  const undo: (() => void)[] = [];
  for (const parent of parents) {
    if (!parent) continue;
    if (parent.aborted) controller.abort(parent.reason);
    const follow = () => controller.abort(parent.reason);
    parent.addEventListener("abort", follow, { once: true });
    undo.push(() => parent.removeEventListener("abort", follow));
  }
  const release = () => {
    for (const unhook of undo) unhook();
  };
  return { controller, signal: controller.signal, release };
}
