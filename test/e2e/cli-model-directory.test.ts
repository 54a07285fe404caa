import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SHIPPED_MODEL, weightsDigest } from "../../src/embedded/pretrained.ts";
import { sampleProblem } from "../../src/embedded/worklist.ts";
import { startServer } from "../../src/server/index.ts";
import { tinyDirectory } from "../support/tiny-directory.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

/** A copy of the shipped model, as training would leave one. */
async function policyIn(folder: string, name = "policy"): Promise<string> {
  const directory = join(folder, name);
  await cp(SHIPPED_MODEL, directory, { recursive: true });
  return directory;
}

test("a directory solves as the same weights do by name, and its run is resumed from anywhere", async () => {
  const folder = await temporaryFolder();
  const directory = await policyIn(folder);
  const journal = join(folder, "journal.db");
  const solve = (model: string, id: string) =>
    runCli([
      "solve",
      "--sample",
      "--json",
      "--widths",
      "4",
      "--seed",
      "3",
      "--model",
      model,
      "--journal",
      journal,
      "--run-id",
      id,
    ]);
  const result = ({ stdout }: { stdout: string }) =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; result?: { answer: string } })
      .find(({ type }) => type === "finish")?.result?.answer;
  const [named, byPath] = [await solve("embedded", "a"), await solve(`embedded:${directory}`, "b")];
  expect(byPath.code).toBe(named.code);
  expect(result(byPath)).toBe(result(named));
  expect(result(byPath)).toMatch(/A=\d/);
  // The same run under another directory is another run.
  const other = await solve(`embedded:${await policyIn(folder, "other")}`, "b");
  expect(other.code).toBe(2);
  expect(other.stdout + other.stderr).toMatch(/another model/);
  const again = await runCli(["runs", "resume", "b", "--journal", journal, "--json"]);
  expect(again.code).toBe(0);
  expect(result(again)).toBe(result(byPath));
});

test.each([
  ["solve", ["solve", "--sample", "--no-journal", "--model"]],
  ["serve", ["serve", "--port", "0", "--no-journal", "--upstream"]],
  ["doctor", ["doctor"]],
])("%s refuses a directory that is none, and one that is damaged, with exit code 2", async (_, args) => {
  const torn = await tinyDirectory();
  await rm(join(torn, "vocabulary.json"));
  for (const [directory, message] of [
    ["/no/such", "/no/such: there is no config.json"],
    [torn, `${torn}: there is no vocabulary.json`],
  ]) {
    const { stdout, stderr, code } = await runCli([...args, `embedded:${directory}`]);
    expect(stdout + stderr).toContain(message);
    expect(code).toBe(2);
  }
});

test("doctor asks a directory's model", async () => {
  const { stdout, code } = await runCli(["doctor", `embedded:${await policyIn(await temporaryFolder())}`]);
  expect(stdout).toMatch(/^ok {4}answers +It answers a work list/m);
  expect(code).toBe(0);
});

test("an evaluation of a directory names its weights", async () => {
  const folder = await temporaryFolder();
  const directory = await policyIn(folder);
  const data = join(folder, "data.jsonl");
  await runCli(["data", "worklists", "--count", "2", "--out", data]);
  const out = join(folder, "report");
  const { code } = await runCli([
    "eval",
    data,
    "--model",
    `embedded:${directory}`,
    "--samples",
    "1",
    "--single",
    "--out",
    out,
    "--quiet",
  ]);
  expect(code).toBe(0);
  const { model } = JSON.parse(await readFile(join(out, "run.json"), "utf8")) as { model: string };
  expect(model).toBe(`embedded:${directory}, weights ${await weightsDigest()}`);
});

test("a server serves the shipped model beside a directory's", async () => {
  const directory = await policyIn(await temporaryFolder());
  const upstreams = ["embedded", `embedded:${directory}`];
  const server = await startServer({ upstreams, port: 0, log: "silent" });
  onTestFinished(() => server.close());
  const ask = async (model: string) => {
    const body = { model, seed: 5, messages: [{ role: "user", content: sampleProblem(1) }] };
    const reply = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await reply.json()) as { model: string; choices: { message: { content: string } }[] };
  };
  const one = await ask(`embedded:${directory}`);
  expect(one.model).toBe(`embedded:${directory}`);
  expect(one.choices).toEqual((await ask("embedded")).choices);
});
