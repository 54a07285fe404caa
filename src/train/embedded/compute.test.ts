import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { noisyCritic, padded, ppoCase } from "../../../test/support/ppo-case.ts";
import { createExecutor } from "../../embedded/engine/executor.ts";
import { floats, integers } from "../../embedded/engine/host-tensor.ts";
import { parameterList } from "../../embedded/weights.ts";
import { PacoreError } from "../../errors.ts";
import { criticParameters } from "./actor-critic.ts";
import { type Compute, localCompute, threadedCompute } from "./compute.ts";

const { config, weights, start, prompt, rows, packed } = ppoCase();
const { shape, inputs, targets } = packed;
const field = (name: Parameters<typeof padded>[2]) => padded(packed, rows, name);
const parameters = parameterList(config, weights);
const critic = criticParameters(config, noisyCritic(config, 12));

const values = (compute: Compute) => compute.run("values", { config, parameters: critic, shape, inputs });

/** One of every task, several times over, all asked for at once. */
function everything(compute: Compute) {
  const group = { config, shape, inputs };
  const ids = integers([2, 3], Int32Array.of(1, 2, 3, 4, 5, 6));
  return Promise.all(
    [1, 2].flatMap((seed) => [
      compute.run("sample", {
        config,
        parameters,
        prompts: [prompt],
        rows: 3,
        maxTokens: 5,
        endToken: 0,
        seed,
      }),
      values(compute),
      compute.run("policy", {
        ...group,
        parameters,
        rows: [targets, field("weights"), field("advantages"), field("old"), field("klWeights")],
        options: { clip: 0.2, entropy: 0.1 },
        start: parameterList(config, start),
      }),
      compute.run("critic", {
        ...group,
        parameters: critic,
        rows: [field("weights"), field("returns"), field("oldValues")],
        clip: 0.2,
      }),
      compute.run("crossEntropy", { config, parameters, batch: [ids, ids, floats([2, 3])] }),
    ]),
  );
}

/** The threads of the pools that a test opens. */
const workers: Worker[] = [];
const remember = (worker: Worker) => workers.push(worker);
beforeEach(() => void process.on("worker", remember));
afterEach(() => {
  process.off("worker", remember);
  workers.length = 0;
});

function threaded(threads: number): Compute {
  const compute = threadedCompute({ threads, kind: "onnxruntime" });
  onTestFinished(() => compute.dispose());
  return compute;
}

test("any number of threads gives what this thread gives, to the bit", async () => {
  const local = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
  const wanted = await everything(local);
  await local.dispose();
  for (const threads of [1, 3]) expect(await everything(threaded(threads))).toEqual(wanted);
});

test("one compute serves models of several sizes", async () => {
  const compute = localCompute(await createExecutor({ kind: "onnxruntime", threads: 1 }));
  const wanted = await values(compute);
  // The same parameters in one head instead of two are another model.
  const other = await compute.run("values", {
    config: { ...config, rmsNormEps: 0.1 },
    parameters: critic,
    shape,
    inputs,
  });
  expect(other).not.toEqual(wanted);
  expect(await values(compute)).toEqual(wanted);
  await compute.dispose();
});

test("a task that fails rejects by itself; the others, and those after it, are done", async () => {
  const compute = threaded(2);
  const wrong = compute.run("values", { config, parameters: critic.slice(1), shape, inputs });
  const [failed, ...done] = await Promise.allSettled([wrong, values(compute), values(compute)]);
  expect(failed.status).toBe("rejected");
  expect(done.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  await expect(values(compute)).resolves.toHaveLength(32);
});

test("after a thread died, whatever is asked is rejected with what to do", async () => {
  const compute = threaded(2);
  await values(compute);
  // An idle one: a thread that is torn down inside a kernel takes the process with it.
  await workers[1]?.terminate();
  const error = await values(compute).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(PacoreError);
  expect(String(error)).toContain("go on from the last checkpoint");
  await compute.dispose();
});

test("threads that cannot start say why", async () => {
  vi.stubEnv("PACORE_EXECUTOR", "abacus");
  onTestFinished(() => void vi.unstubAllEnvs());
  const compute = threadedCompute({ threads: 2 });
  const error = await values(compute).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(PacoreError);
  expect(String((error as Error).cause)).toContain('PACORE_EXECUTOR is "abacus"');
  await compute.dispose();
});

test("disposing ends the threads, and rejects what was under way", async () => {
  const compute = threaded(2);
  await values(compute);
  const ended = Promise.all(workers.map((worker) => once(worker, "exit")));
  const pending = values(compute);
  const rejected = expect(pending).rejects.toThrow("threads were ended");
  await compute.dispose();
  await rejected;
  await ended;
  await expect(values(compute)).rejects.toThrow("threads were ended");
});

test("tasks that nobody waits for any more end quietly with the threads", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  onTestFinished(() => void process.off("unhandledRejection", unhandled));
  const compute = threaded(2);
  for (let i = 0; i < 4; i++) void values(compute);
  await compute.dispose();
  await new Promise(setImmediate);
  expect(unhandled).not.toHaveBeenCalled();
});

test("idle threads keep no process alive, and a pending task does", async () => {
  const module = fileURLToPath(new URL("./compute.ts", import.meta.url));
  const script = `
    const { threadedCompute } = await import(${JSON.stringify(module)});
    const ids = { dtype: "int32", shape: [1, 2], data: new Int32Array(2) };
    const config = { vocabSize: 2, hiddenSize: 2, layers: 0, heads: 1, intermediateSize: 1, ropeTheta: 1e4, rmsNormEps: 1e-5 };
    const floats = (shape, n) => ({ dtype: "float32", shape, data: new Float32Array(n).fill(1) });
    const task = { config, parameters: [floats([2, 2], 4), floats([2], 2)], batch: [ids, ids, floats([1, 2], 2)] };
    threadedCompute({ threads: 2 }).run("crossEntropy", task).then(({ loss }) => process.stdout.write(String(loss)));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  // Two tokens, both as likely: 2·log 2.
  expect(Number(said)).toBeCloseTo(2 * Math.log(2), 5);
  expect(code).toBe(0);
});
