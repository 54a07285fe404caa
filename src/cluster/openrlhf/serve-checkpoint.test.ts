import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { fakeCluster } from "../../../test/support/openrlhf-run.ts";
import { parseCluster } from "./cluster-settings.ts";
import { serveCheckpoint, serveCommand } from "./serve-checkpoint.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-serve-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const at = (name: string) => join(folder, name);
const options = (command: string[]) => ({
  cluster: parseCluster({ serveCommand: command }),
  length: 1024,
  log: at("server.log"),
  record: at("server.json"),
});

async function script(text: string): Promise<string[]> {
  await writeFile(at("serve"), `#!/bin/sh\n${text}\n`);
  await chmod(at("serve"), 0o755);
  return [at("serve")];
}

test("a model's own sampling settings do not apply, and the key is no argument", () => {
  const cluster = parseCluster({ serveTensorParallel: 2, serveFlags: ["--enforce-eager"] });
  const { command, args, env } = serveCommand("/m", { cluster, length: 131_072, port: 8000, key: "secret" });
  expect([command, ...args].join(" ")).toBe(
    "vllm serve /m --host 127.0.0.1 --port 8000 --served-model-name checkpoint --max-model-len 131072 --dtype bfloat16 " +
      "--generation-config vllm --tensor-parallel-size 2 --data-parallel-size 1 --gpu-memory-utilization 0.9 " +
      "--enforce-eager",
  );
  expect(env).toEqual({ VLLM_API_KEY: "secret" });
});

test("a server that ends before it is ready is told with its last words", async () => {
  const served = serveCheckpoint(folder, options(await script("echo CUDA error: no device; exit 3")));
  await expect(served).rejects.toThrow(/exit code 3[\s\S]*CUDA error: no device/);
});

test("a server that never gets ready is stopped with who waits for it", async () => {
  const stop = new AbortController();
  // What it starts must go with it.
  const command = await script("sleep 1000 & echo $! > $0.child; wait");
  const served = serveCheckpoint(folder, { ...options(command), signal: stop.signal });
  served.catch(() => {});
  while (!existsSync(at("serve.child"))) await new Promise(setImmediate);
  stop.abort(new Error("enough"));
  await expect(served).rejects.toThrow("enough");
  const pid = Number(await readFile(at("serve.child"), "utf8"));
  // Gone, or a zombie that nobody reaps.
  await expect.poll(() => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).toBe("");
  expect(existsSync(at("server.json"))).toBe(false);
});

test("a model that is disposed of takes its server along, and asks without a limit of its own", async () => {
  const { vllm, start } = await fakeCluster(folder);
  const { record, ...rest } = options([vllm, "serve"]);
  const model = await serveCheckpoint(start, { ...rest, record });
  const { content } = await model.doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: "3 + 4?" }] }],
    maxOutputTokens: 1024,
    seed: 2,
  });
  expect(JSON.stringify(content)).toContain("boxed{7}");
  expect(JSON.parse(await readFile(at("asked.jsonl"), "utf8"))).not.toHaveProperty("max_tokens");
  const { pid } = JSON.parse(await readFile(record, "utf8"));
  await model[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(existsSync(record)).toBe(false);
});
