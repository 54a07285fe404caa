import { parentPort, workerData } from "node:worker_threads";
import { createExecutor, type Executor } from "../../embedded/engine/executor.ts";
import { COMPUTE_TASKS, type TaskName } from "./compute-tasks.ts";
import { ProgramCache } from "./program-cache.ts";

// A thread of the compute pool: runs tasks one after the other on one core.

const port = parentPort as NonNullable<typeof parentPort>;
const { kind } = workerData as { kind?: Executor["kind"] };
const programs = new ProgramCache(await createExecutor({ ...(kind && { kind }), threads: 1 }));

port.on("message", async (job: { task: TaskName; input: never } | "end") => {
  if (job === "end") {
    // A thread that is torn down inside a kernel takes the process with it.
    await programs.dispose();
    port.close();
    return;
  }
  try {
    port.postMessage({ output: await COMPUTE_TASKS[job.task](programs, job.input) });
  } catch (error) {
    port.postMessage({ error });
  }
});
