import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseCluster } from "../../src/cluster/openrlhf/cluster-settings.ts";
import { openRlhfEngine, type StartRewards } from "../../src/cluster/openrlhf/openrlhf-engine.ts";
import type { PoolEntry } from "../../src/train/pool/pool-entry.ts";
import { parseRecipe } from "../../src/train/recipe.ts";
import type { TrainOptions } from "../../src/train/train.ts";

const PYTHON = fileURLToPath(new URL("./fake-openrlhf.ts", import.meta.url));
const VLLM = fileURLToPath(new URL("./fake-vllm.ts", import.meta.url));

export const RECIPE = {
  name: "tiny",
  instances: 2,
  responses: 4,
  messagesMin: 2,
  messagesMax: 3,
  maxResponseTokens: 1024,
  stage1Iterations: 5,
  stage2Iterations: 3,
  stage2Samples: 4,
  checkpointEvery: 2,
  warmupIterations: 2,
  evaluateEvery: 2,
};

const heldOut = [{ id: "held", prompt: "What is 3 + 3?", answer: "6", kind: "math" as const }];

export const pool = Array.from({ length: 6 }, (_, p): PoolEntry => {
  const messages = Array.from({ length: 4 }, (_, i) => ({ text: `\\boxed{${i}}`, score: i < 1 ? 1 : 0 }));
  return {
    problem: { id: `p${p}`, prompt: `<image> Problem ${p}: what is 3 + 4?`, answer: "7", kind: "math" },
    messages,
  };
});

/** Executables in `folder` that are OpenRLHF and vLLM to the outside, and a model directory. */
export async function fakeCluster(folder: string): Promise<{ python: string; vllm: string; start: string }> {
  const start = join(folder, "start-model");
  await mkdir(start, { recursive: true });
  await writeFile(
    join(start, "config.json"),
    JSON.stringify({ max_position_embeddings: 512, model_type: "qwen3" }),
  );
  await writeFile(join(start, "model.safetensors"), "weights");
  const executable = async (name: string, script: string) => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
    await chmod(path, 0o755);
    return path;
  };
  return {
    start,
    python: await executable("python", PYTHON),
    vllm: await executable("vllm", VLLM),
  };
}

/** The contract and no more, behind a token. */
export const plainRewards: StartRewards = async ({ environment, host, port }) => {
  const token = "0123456789abcdef0123";
  const server = createServer(async (request, response) => {
    const { query, prompts, labels } = (await json(request)) as Record<
      "query" | "prompts" | "labels",
      [string]
    >;
    const text = query[0].slice(prompts[0].length).replace("<|im_end|>", "");
    const { problem } = JSON.parse(labels[0]);
    const entry = environment.options.entries.find((one) => one.problem.id === problem);
    const reward = entry
      ? (await environment.score({ entry, messages: [], prompt: "" }, { text, cutOff: false })).reward
      : 0;
    const float = Number(reward).toFixed(6);
    if (request.url !== `/${token}`) response.writeHead(404).end();
    else
      response
        .setHeader("content-type", "application/json")
        .end(`{"rewards":${float},"scores":${float},"extra_logs":{}}`);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const url = `http://${host}:${(server.address() as AddressInfo).port}/${token}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, [Symbol.asyncDispose]: close };
};

/** A run of two stages in `folder/run`, by what {@link fakeCluster} made there. */
export async function openRlhfRun(folder: string, change: object = {}): Promise<TrainOptions> {
  const { python, vllm, start } = await fakeCluster(folder);
  const recipe = parseRecipe({ ...RECIPE, start });
  const cluster = parseCluster({
    python,
    serveCommand: [vllm, "serve"],
    gpusPerNode: 1,
    yarnFactor: 2,
    restarts: 1,
    ...change,
  });
  return {
    recipe,
    pool,
    heldOut,
    out: join(folder, "run"),
    engine: openRlhfEngine({ recipe, cluster, rewards: plainRewards, pollMs: 20, restartMs: 1 }),
    score: async (_, message) => (message.includes("boxed{7}") ? 1 : 0),
  };
}
