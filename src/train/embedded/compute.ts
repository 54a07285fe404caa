import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Executor } from "../../embedded/engine/executor.ts";
import { PacoreError } from "../../errors.ts";
import { COMPUTE_TASKS, type TaskInput, type TaskName, type TaskOutput } from "./compute-tasks.ts";
import { ProgramCache } from "./program-cache.ts";

/** Runs the heavy tasks of training, somewhere. Results do not depend on where, nor on how many run at once. */
export interface Compute {
  run<N extends TaskName>(task: N, input: TaskInput<N>): Promise<TaskOutput<N>>;
  dispose(): Promise<void>;
}

/** Everything in this thread, one task after the other, on a given executor. */
export function localCompute(executor: Executor): Compute {
  const programs = new ProgramCache(executor);
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (task, input) => {
      const next = last.then(() => COMPUTE_TASKS[task](programs, input as never) as Promise<never>);
      last = next.catch(() => {});
      return next;
    },
    dispose: () => programs.dispose(),
  };
}

interface Job {
  task: TaskName;
  input: unknown;
  resolve(output: never): void;
  reject(reason: unknown): void;
}

/**
 * A thread a core, each with one-threaded kernels. Two cores that share every small kernel wait for each other most of
 * the time; two groups side by side do not.
 */
export function threadedCompute({
  threads = availableParallelism(),
  kind,
}: {
  threads?: number;
  kind?: Executor["kind"];
} = {}): Compute {
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const workers = Array.from(
    { length: threads },
    () => new Worker(WORKER, { workerData: { kind }, execArgv: [] }),
  );
  const busy = new Map<Worker, Job>();
  let failure: Error | undefined;

  function next(worker: Worker): void {
    const job = waiting.shift();
    if (!job) {
      worker.unref();
      idle.push(worker);
      return;
    }
    busy.set(worker, job);
    worker.ref();
    worker.postMessage({ task: job.task, input: job.input });
  }

  function fail(cause: unknown, error = new PacoreError(THREAD_ENDED, { cause })): void {
    failure ??= error;
    for (const job of [...busy.values(), ...waiting.splice(0)]) job.reject(failure);
    busy.clear();
  }

  for (const worker of workers) {
    worker.on("message", (message: { output: never } | { error: unknown }) => {
      const job = busy.get(worker);
      busy.delete(worker);
      if ("error" in message) job?.reject(message.error);
      else job?.resolve(message.output);
      next(worker);
    });
    worker.on("error", fail);
    worker.on("exit", () => fail(undefined));
    next(worker);
  }

  return {
    run: (task, input) => {
      const output = new Promise<never>((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ task, input, resolve, reject });
        const worker = idle.pop();
        if (worker) next(worker);
      });
      // Of several tasks whoever waits sees one fail; the others' end must not be the process's.
      output.catch(() => {});
      return output;
    },
    dispose: async () => {
      fail(undefined, new PacoreError("The training's threads were ended."));
      const alive = workers.filter(({ threadId }) => threadId >= 0);
      await Promise.all(
        alive.map((worker) => {
          worker.ref();
          worker.postMessage("end");
          return new Promise((resolve) => worker.once("exit", resolve));
        }),
      );
    },
  };
}

const THREAD_ENDED = "A thread of the training ended; go on from the last checkpoint.";

/** The worker's file beside this one: TypeScript in a clone, JavaScript in the package. */
const WORKER = new URL(`./compute-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
