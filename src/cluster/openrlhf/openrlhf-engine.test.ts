import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openRlhfRun } from "../../../test/support/openrlhf-run.ts";
import { metricsFiles, readMetricsFile } from "../../train/metrics/metrics-files.ts";
import { writeRunPage } from "../../train/metrics/write-run-page.ts";
import { type TrainEvent, type TrainOptions, train } from "../../train/train.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-openrlhf-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
});

const run = () => join(folder, "run");
const read = (...path: string[]) => readFile(join(run(), ...path), "utf8");
const lines = async (...path: string[]) => (await read(...path)).trimEnd().split("\n");

async function faults(plan: Record<string, Record<string, string>>): Promise<void> {
  const path = join(folder, "faults.json");
  await writeFile(path, JSON.stringify(plan));
  vi.stubEnv("FAKE_OPENRLHF", path);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

async function eventsOf(options: TrainOptions): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(options)) events.push(event);
  return events;
}

async function iterations(): Promise<number[]> {
  const all = await readMetricsFile(metricsFiles(run()).iterations);
  return all.map(({ record }) => record.iteration);
}

const ALL = [1, 2, 3, 4, 5, 6, 7, 8];
const ofType = (events: TrainEvent[], type: TrainEvent["type"]) => events.filter((one) => one.type === type);

test("two stages: rows, model, trainer, metrics, measuring by a served checkpoint, actor and critic handed on", async () => {
  const events = await eventsOf(await openRlhfRun(folder));
  expect(events.at(-1)).toEqual({ type: "end", checkpoint: join(run(), "stage-2") });
  expect(await iterations()).toEqual(ALL);
  // A row is one (x, M); as many as iterations need.
  const rows = (await lines("stage-1", "rows.jsonl")).map((line) => JSON.parse(line));
  expect(rows).toHaveLength(5 * 2);
  expect(rows[0].input[0].content).not.toContain("<image>");
  expect(rows[0]).toMatchObject({ datasource: "math", label: expect.stringContaining('"answer":"7"') });
  expect(JSON.parse(await read("stage-1", "start", "config.json"))).toMatchObject({
    max_position_embeddings: 1024,
    rope_scaling: { rope_type: "yarn", factor: 2, original_max_position_embeddings: 512 },
  });
  // Measured without a limit that the prompt would exceed, and with the key vLLM was given.
  expect(ofType(events, "measure")).toHaveLength(6);
  expect(JSON.parse((await lines("stage-1", "asked.jsonl"))[0] as string)).not.toHaveProperty("max_tokens");
  expect(await lines("stage-2", "rows.jsonl")).toHaveLength(3 * 2);
  // What the trainer says of itself holds the reward server's token.
  expect(await read("stage-1", "trainer.log")).toMatch(/remote_url='http:\/\/127.0.0.1:\d+\/\[redacted\]'/);
  expect(await readFile(await writeRunPage(run()), "utf8")).toContain("Reward: all 50.0% throughout");
});

test("metrics are those of the trainer's log, and what it does not log is null", async () => {
  const events = await eventsOf(await openRlhfRun(folder));
  const [first] = await readMetricsFile(metricsFiles(run()).iterations);
  expect(first?.record).toMatchObject({
    reward: 0.5,
    responseLength: 50,
    policyGradientNorm: 0.25,
    valueLoss: 0.125,
    explainedVariance: null,
    tokens: { sampled: 400, prompt: 200, trained: 400 },
    seconds: { total: 7.5, sampling: 4, policy: 2, critic: null },
  });
  expect(ofType(events, "evaluation")).toMatchObject([
    { metrics: { iteration: 2, accuracy: { single: { value: 0.5 }, "coverage @4": { value: 0.75 } } } },
    { metrics: { iteration: 4 } },
    { metrics: { iteration: 7 } },
  ]);
});

test("a trainer that is killed, and killed between two checkpoints, goes on from what both have", async () => {
  await faults({ "stage-1": { "4": "split", "5": "kill" }, "stage-2": { "3": "fail" } });
  const events = await eventsOf(await openRlhfRun(folder, { restarts: 2 }));
  expect(await iterations()).toEqual(ALL);
  const begun = ofType(events, "begin").map((event) => (event as { iteration: number }).iteration);
  // Told up to 4 when the policy alone was saved there, the run went back to 2.
  expect(begun).toEqual([0, 2, 5]);
});

test("a trainer that fails time and again ends the run with its last words, and the same command goes on", async () => {
  await faults({ "stage-1": { "1": "fail" } });
  const refused = eventsOf(await openRlhfRun(folder, { restarts: 0 }));
  await expect(refused).rejects.toThrow(/exit code 1 after 0 of 5 iterations[\s\S]*CUDA out of memory/);
  await eventsOf(await openRlhfRun(folder));
  expect(await iterations()).toEqual(ALL);
});

test("a trainer that ends too early has not trained the stage", async () => {
  await faults({ "stage-1": { "3": "end" } });
  const early = eventsOf(await openRlhfRun(folder, { restarts: 0 }));
  await expect(early).rejects.toThrow(/ended too early after 3 of 5 iterations/);
});

test("who stops the run stops the trainer, and goes on where it was", async () => {
  await faults({ "stage-1": { "4": "hang" } });
  const stop = new AbortController();
  const options = { ...(await openRlhfRun(folder)), signal: stop.signal };
  const stopped = (async () => {
    for await (const event of train(options))
      if (event.type === "iteration" && event.metrics.iteration === 3) stop.abort(new Error("enough"));
  })();
  await expect(stopped).rejects.toThrow("enough");
  expect(existsSync(join(run(), "stage-1", "trainer.json"))).toBe(false);
  await eventsOf(await openRlhfRun(folder));
  expect(await iterations()).toEqual(ALL);
});

test("killed at any time with its trainer left behind, the next life ends that, and every iteration is there once", async () => {
  await faults({ "stage-1": { "4": "hang" }, "stage-2": { "2": "kill" } });
  for (const last of ["1", "hanging", "measure", "7"]) {
    const worker = fileURLToPath(new URL("../../../test/support/openrlhf-worker.ts", import.meta.url));
    const child = spawn(process.execPath, [worker, folder, last], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const signal = await new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
    expect([last, signal]).toEqual([last, "SIGKILL"]);
  }
  const events = await eventsOf(await openRlhfRun(folder));
  expect(events.at(-1)).toMatchObject({ type: "end" });
  expect(await iterations()).toEqual(ALL);
  const scores = (await lines("stage-2-scores.jsonl")).map((line) => JSON.parse(line).id);
  expect(new Set(scores).size).toBe(scores.length);
});

test("a finished run is passed over without starting anything", async () => {
  await eventsOf(await openRlhfRun(folder));
  const log = await read("stage-1", "trainer.log");
  const events = await eventsOf(
    await openRlhfRun(folder, { python: "/nowhere", serveCommand: ["/nowhere"] }),
  );
  expect(events.at(-1)).toMatchObject({ type: "end" });
  expect(await read("stage-1", "trainer.log")).toBe(log);
  expect(await iterations()).toEqual(ALL);
});

test("commands that are not there are named by their setting", async () => {
  const none = eventsOf(await openRlhfRun(folder, { python: "/nowhere/python" }));
  await expect(none).rejects.toThrow(/cluster.python: \/nowhere\/python cannot be started/);
});
