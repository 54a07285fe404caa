/** The client half of the second part of streaming.ts, alone in its process so that its memory can be read. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { resolveModel } from "../src/upstream/index.ts";

const STREAMS = 1024;
const [origin, modelId = "burst-100"] = process.argv.slice(2);
const model = await resolveModel(`${origin}/v1#${modelId}`);

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const start = performance.now();
const results = await Promise.all(
  Array.from({ length: STREAMS }, () =>
    model.doGenerate({
      prompt: [{ role: "user", content: [{ type: "text", text: "What is 17 times 23?" }] }],
    }),
  ),
);
delay.disable();
if (results.some((result) => result.finishReason.unified !== "stop"))
  throw new Error("A stream did not finish.");
process.send?.({
  p99Ms: delay.percentile(99) / 1e6,
  maxMs: delay.max / 1e6,
  rssMb: process.resourceUsage().maxRSS / 1024,
  wallMs: performance.now() - start,
});
