// One life of a run that OpenRLHF's double trains: `openrlhf-worker.ts FOLDER ITERATION`. It kills itself when it has
// seen that iteration, at "measure" when a problem has been measured, and at "hanging" when its trainer hangs.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { train } from "../../src/train/train.ts";
import { openRlhfRun } from "./openrlhf-run.ts";

const [folder, last] = process.argv.slice(2) as [string, string];
const die = () => process.kill(process.pid, "SIGKILL");
if (last === "hanging") setInterval(() => existsSync(join(folder, "run", "stage-1", "hanging")) && die(), 10);
for await (const event of train(await openRlhfRun(folder))) {
  const seen = event.type === "iteration" ? String(event.metrics.iteration) : event.type;
  if (seen === last) die();
}
