import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODE_PROBLEMS, fenced, recordOf } from "../support/code-problems.ts";
import { type ChatRequest, chatServer } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";
import { missing } from "./sandbox-open.ts";

const linesOf = async (path: string) =>
  (await readFile(path, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** What a careful model writes. */
function careful({ prompt }: ChatRequest): string {
  const problem = CODE_PROBLEMS.find((one) => prompt.includes(one.prompt));
  if (!problem) return "I do not know.";
  return fenced(prompt.startsWith("You write input validators") ? problem.validator : problem.generator);
}

describe.skipIf(missing !== undefined)(`pacore data code (${missing ?? "bubblewrap"})`, () => {
  test("six problems get tests that accept every good solution and reject every bad one", async () => {
    const folder = await temporaryFolder();
    const [data, out] = [join(folder, "problems.jsonl"), join(folder, "tests.jsonl")];
    await writeFile(data, CODE_PROBLEMS.map((one) => JSON.stringify(recordOf(one))).join("\n"));
    const { reference, requests } = await chatServer(careful);
    const args = ["data", "code", data, "--out", out, "--model", reference, "--inputs", "3"];
    const result = await runCli([...args, "--min-tests", "4"]);
    expect(result.code, result.stderr + result.stdout).toBe(0);
    const report = JSON.parse(await readFile(`${out}.report.json`, "utf8"));
    expect(report).toMatchObject({
      problems: 6,
      kept: 6,
      rates: { all: { good: 12, accepted: 12, bad: 14, rejected: 14, tpr: 1, tnr: 1 } },
    });
    expect(requests).toHaveLength(12);
    const problems = await linesOf(out);
    expect(problems.map(({ id }) => id)).toEqual(CODE_PROBLEMS.map(({ id }) => id));
  });
});
