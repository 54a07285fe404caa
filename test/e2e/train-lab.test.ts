import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.ts";

const MODEL = fileURLToPath(new URL("../../models/embedded", import.meta.url));

const metricsOf = async (run: string) =>
  (await readFile(join(run, "metrics.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { iteration: number; stage: number; reward: number });

test("the curriculum runs from a pool to a model that answers, stops when told to, and goes on", async () => {
  const folder = await temporaryFolder();
  const [pool, run] = [join(folder, "pool.jsonl"), join(folder, "run")];
  const built = await runCli(
    ["pool", "build", "worklist:12:7", "--size", "4", "--model", `embedded:${MODEL}`].concat("--out", pool),
  );
  expect([built.stderr.includes("Error"), built.code]).toEqual([false, 0]);

  const settings = {
    start: MODEL,
    instances: 2,
    responses: 2,
    soloInstances: 1,
    messagesMax: 4,
    stage1Iterations: 3,
    stage2Iterations: 1,
    evaluateEvery: 2,
    evaluationProblems: 2,
    checkpointEvery: 1,
  };
  const set = Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const train = ["train", "lab", "--pool", pool, "--out", run, ...set];
  const stopped = await runCli(train, {
    onStart: (child) =>
      child.stdout?.on("data", (chunk) => {
        if (String(chunk).includes("1/4")) child.kill("SIGTERM");
      }),
  });
  expect(stopped.stderr).toContain(`go on with: pacore train lab --out ${run}`);
  expect(stopped.stdout.match(/checkpoint after 1:/g)).toHaveLength(1);
  expect(stopped.code).toBe(143);

  const { stdout, stderr, code } = await runCli(train);
  expect([stderr, code]).toEqual([expect.not.stringContaining("pacore:"), 0]);
  expect(stdout).toContain(`finished: ${join(run, "stage-2")}`);
  const metrics = await metricsOf(run);
  expect(metrics.map(({ iteration, stage }) => [iteration, stage])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
  ]);
  expect(metrics.every(({ reward }) => reward >= 0 && reward <= 1)).toBe(true);

  const solved = await runCli([
    "solve",
    "--sample",
    "--model",
    `embedded:${join(run, "stage-2")}`,
    "--widths",
    "2",
  ]);
  expect([solved.stdout, solved.code]).toEqual([expect.stringMatching(/A=\d B=\d/), 0]);
}, 240_000);
