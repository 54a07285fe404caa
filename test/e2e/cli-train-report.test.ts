import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleIteration } from "../../src/train/metrics/example-metrics.ts";
import { openRunLog } from "../../src/train/metrics/run-log.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

async function run(iterations: number): Promise<string> {
  const folder = await temporaryFolder();
  const log = await openRunLog({ folder });
  for (let i = 1; i <= iterations; i++) await log.addIteration(exampleIteration(i, { reward: i / 100 }));
  await log.close();
  return folder;
}

test("a run's page goes into its folder, or where --out says", async () => {
  const folder = await run(3);
  const elsewhere = join(folder, "new", "page.html");
  for (const [flags, path] of [
    [[], join(folder, "report.html")],
    [["--out", elsewhere], elsewhere],
  ] as const) {
    const { stdout, stderr, code } = await runCli(["train", "report", folder, ...flags]);
    expect([stdout, stderr, code]).toEqual([`${path}\n`, "", 0]);
    expect(await readFile(path, "utf8")).toContain("<b>Reward</b>");
  }
});

test("an option after a subcommand is the subcommand's", async () => {
  const folder = await temporaryFolder();
  const out = join(folder, "sft");
  const { stderr, code } = await runCli(["train", "lab-sft", "--out", out, "--minutes", "0"]);
  expect(stderr).toContain(`--out ${out}`);
  expect(code).toBe(3);
});

test("a folder without metrics, and metrics that are damaged, are bad input", async () => {
  const folder = await temporaryFolder();
  const missing = await runCli(["train", "report", folder]);
  expect(missing.stderr).toContain("has no metrics.jsonl; name the --out of a training run.");
  expect(missing.code).toBe(2);
  await writeFile(join(folder, "metrics.jsonl"), "one\ntwo\n");
  const damaged = await runCli(["train", "report", folder]);
  expect(damaged.stderr).toContain("metrics.jsonl:1: is not a line of metrics; remove that line");
  expect(damaged.code).toBe(2);
});
