// One life of a training run: `node small-talk-worker.ts OUT START ITERATION`. It kills itself when it has seen that
// iteration.
import { createExecutor } from "../../src/embedded/engine/executor.ts";
import { localCompute } from "../../src/train/embedded/compute.ts";
import { train } from "../../src/train/train.ts";
import { smallTalk } from "./small-talk.ts";

const [out, start, last] = process.argv.slice(2) as [string, string, string];
const compute = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
for await (const event of train(smallTalk(compute, { out, start }))) {
  if (event.type === "iteration" && event.metrics.iteration === Number(last))
    process.kill(process.pid, "SIGKILL");
}
