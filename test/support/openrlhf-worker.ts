// One life of a run that OpenRLHF's double trains: `openrlhf-worker.ts FOLDER ITERATION`. It kills itself when it has
// seen that iteration, or at "measure" when a problem has been measured.
import { train } from "../../src/train/train.ts";
import { openRlhfRun } from "./openrlhf-run.ts";

const [folder, last] = process.argv.slice(2) as [string, string];
for await (const event of train(await openRlhfRun(folder))) {
  const seen = event.type === "iteration" ? String(event.metrics.iteration) : event.type;
  if (seen === last) process.kill(process.pid, "SIGKILL");
}
