// `vllm serve` to the outside, without a model: it asks for the key that vLLM would ask for, and is right about every
// other time. `fake-vllm.ts serve DIRECTORY FLAGS`.
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { startUpstream } from "../../src/testing/upstream.ts";

const argv = process.argv.slice(2);
const flag = (name: string) => argv[argv.indexOf(name) + 1] as string;
const [, directory = ""] = argv;
if (!existsSync(join(directory, "config.json"))) throw new Error(`No model in ${directory}`);

const model = flag("--served-model-name");
await startUpstream({
  port: Number(flag("--port")),
  apiKey: process.env.VLLM_API_KEY as string,
  models: {
    [model]: ({ seed = 0, body }) => {
      appendFileSync(join(directory, "..", "asked.jsonl"), `${JSON.stringify(body)}\n`);
      return { content: `<think>hm</think>\\boxed{${seed % 2 === 0 ? "7" : "8"}}` };
    },
  },
});
process.stdout.write("Application startup complete.\n");
