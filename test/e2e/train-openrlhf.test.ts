import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { SynthesisEnvironment } from "../../src/train/environment.ts";
import { formatPoolEntry } from "../../src/train/pool/pool-entry.ts";
import { fakeCluster, openRlhfRun, plainRewards, pool, RECIPE } from "../support/openrlhf-run.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

async function prepared() {
  const folder = await temporaryFolder();
  const { python, vllm, start } = await fakeCluster(folder);
  const at = (name: string) => join(folder, name);
  await writeFile(at("pool.jsonl"), `${pool.map(formatPoolEntry).join("\n")}\n`);
  const cluster = { python, serveCommand: [vllm, "serve"], gpusPerNode: 1, yarnFactor: 2 };
  await writeFile(at("recipe.yaml"), JSON.stringify({ ...RECIPE, start, cluster }));
  const args = [
    "train",
    at("recipe.yaml"),
    "--engine",
    "openrlhf",
    "--pool",
    at("pool.jsonl"),
    "--out",
    at("run"),
  ];
  return { args, at, out: at("run") };
}

test("the command line trains both stages with the run's own reward server", async () => {
  const { args, out } = await prepared();
  const { stdout, stderr, code } = await runCli(args);
  expect([stderr, code]).toEqual(["", 0]);
  expect(stdout).toContain("finished: ");
  const lines = (await readFile(join(out, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
  const records = lines.map((line) => JSON.parse(line));
  expect(records.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(records[0]).toMatchObject({ stage: 1, reward: 0.5 });
});

test("--dry-run shows files, commands and the change of config.json, and leaves no trace", async () => {
  const { args, out } = await prepared();
  const { stdout, code } = await runCli([...args, "--dry-run"]);
  expect(code).toBe(0);
  for (const text of [
    "10 rows",
    '"factor": 2',
    "openrlhf.cli.train_ppo_ray",
    '"$PACORE_REWARD_URL"',
    "--max-model-len 1024",
  ])
    expect(stdout).toContain(text);
  await expect(readFile(join(out, "stage-1", "rows.jsonl"))).rejects.toThrow(/ENOENT/);
});

test("--print-command writes files, prints a command that runs as it stands, and goes on when it has run", async () => {
  const { args, at, out } = await prepared();
  const { stdout, code } = await runCli([...args, "--print-command"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/ -u -m openrlhf\.cli\.train_ppo_ray \\\n/);
  expect((await readFile(join(out, "stage-1", "rows.jsonl"), "utf8")).trimEnd().split("\n")).toHaveLength(10);
  const config = await readFile(join(out, "stage-1", "start", "config.json"), "utf8");
  expect(JSON.parse(config)).toHaveProperty("rope_scaling");
  const { recipe, score } = await openRlhfRun(at("elsewhere"));
  const environment = new SynthesisEnvironment({ ...recipe, entries: pool, score });
  const signal = new AbortController().signal;
  await using rewards = await plainRewards({ environment, host: "127.0.0.1", port: 0, log: "", signal });
  const env = { ...process.env, PACORE_REWARD_URL: rewards.url };
  await promisify(execFile)("sh", ["-c", stdout], { env });
  const again = await runCli([...args, "--print-command"]);
  expect(again.stdout).toContain(join(out, "stage-2", "rows.jsonl"));
  expect(again.stdout).toContain(`--critic.model_name_or_path ${join(out, "stage-1", "model_critic")}`);
  expect((await readFile(join(out, "metrics.jsonl"), "utf8")).trimEnd().split("\n")).toHaveLength(5);
});

test.each([
  [["--engine", "embedded", "--dry-run"], /--dry-run is for --engine openrlhf/],
  [["--threads", "2"], /--threads is for the embedded engine/],
  [["--dry-run", "--print-command"], /not both/],
  [["--set", "criticSteps=2"], /criticSteps: .*openrlhf/],
  [["--set", "cluster.nodez=2"], /cluster: .*nodez/],
  [["--set", "cluster.yarnFactor=1"], /cluster\.yarnFactor: 1 × 512/],
])("what cannot be is bad input: %j", async (flags, message) => {
  const { args } = await prepared();
  const { stderr, code } = await runCli([...args, ...flags]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test("another version of OpenRLHF is refused before anything is written", async () => {
  const { args, out } = await prepared();
  const { stderr, code } = await runCli(args, { env: { FAKE_VERSION: "0.12.1" } });
  expect(stderr).toMatch(/cluster\.python: .*has OpenRLHF 0\.12\.1/);
  expect(code).toBe(2);
  await expect(readFile(join(out, "stage-1", "rows.jsonl"))).rejects.toThrow(/ENOENT/);
});
