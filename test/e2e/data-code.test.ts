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

  /** Two problems whose programs are Python alone: quick. */
  const FEW = CODE_PROBLEMS.filter(({ id }) => id === "first-not-less" || id === "meetings");

  test("killed with -9 it goes on; other thresholds ask nothing; eval, pool and verify read the tests", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await writeFile(at("in.jsonl"), `${FEW.map((one) => JSON.stringify(recordOf(one))).join("\n")}\n{oops\n`);
    const { reference, requests } = await chatServer(careful);
    const args = ["data", "code", at("in.jsonl"), "--out", at("tests.jsonl"), "--min-tests", "4"];
    const few = [...args, "--inputs", "3", "--model", reference, "--concurrency", "1"];
    const killed = new Promise<void>((resolve) => {
      void runCli(few, {
        onStart: (child) => {
          child.on("exit", () => resolve());
          // The first answer is in the journal before the second question is asked.
          void serverAsked(requests, 2).then(() => child.kill("SIGKILL"));
        },
      });
    });
    await killed;
    const again = await runCli(few);
    expect(again.code, again.stderr).toBe(3);
    expect(again.stderr).toContain("in.jsonl:3: is not valid JSON");
    // Two for each problem; the one in flight was asked again.
    expect(requests.length).toBeLessThanOrEqual(5);
    const asked = requests.length;
    const strict = await runCli([...few, "--oracles", "1", "--min-tnr", "0.5"]);
    expect(strict.code).toBe(3);
    expect(requests.length).toBe(asked);
    expect((await linesOf(at("tests.jsonl"))).map(({ id }) => id)).toEqual(FEW.map(({ id }) => id));

    const other = await runCli([...few, "--model", `${reference.split("#")[0]}#another`]);
    expect(other.stderr).toContain("belongs to code tests with another model");
    expect(other.code).toBe(2);

    const [problem] = FEW;
    const solver = await chatServer(({ prompt, number }) => {
      const solved = FEW.find((one) => prompt.includes(one.prompt)) ?? problem;
      const { source, language } = (number % 2 === 0 ? solved?.good : solved?.bad)?.[0] ?? {
        source: "",
        language: "",
      };
      return fenced(source, language);
    });
    const evaluated = await runCli([
      ...["eval", at("tests.jsonl"), "--model", solver.reference, "--single", "--samples", "2"],
      ...["--concurrency", "1", "--json", "--out", at("evaluation")],
    ]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const summary = JSON.parse(evaluated.stdout.trim().split("\n").at(-1) ?? "");
    expect(summary.methods[0].accuracy.mean).toBeGreaterThan(0.5);
    expect(summary.methods[0].accuracy.mean).toBeLessThan(1);
    const pool = ["pool", "build", at("tests.jsonl"), "--size", "2", "--model", solver.reference];
    const built = await runCli([...pool, "--concurrency", "1", "--out", at("pool.jsonl")]);
    expect(built.code, built.stderr).toBe(0);
    const scores = (await linesOf(at("pool.jsonl"))).map((line) => line.scores);
    for (const [good, bad] of scores) {
      expect(good).toBe(1);
      expect(bad).toBeLessThan(1);
    }
    const [line] = await linesOf(at("tests.jsonl"));
    const cases = [problem?.good[0], problem?.bad[0]].map((solution) =>
      JSON.stringify({
        gold: line.answer,
        pred: fenced(solution?.source ?? ""),
        kind: "code",
        opts: line.options,
      }),
    );
    await writeFile(at("cases.jsonl"), cases.join("\n"));
    const verified = await runCli(["verify", "--file", at("cases.jsonl")]);
    expect(
      verified.stdout
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).equal),
    ).toEqual([true, false]);
  });

  test.each([
    [["--min-tpr", "2"], "Write a share"],
    [["--rounds", "17"], "rounds: 17 is not an integer from 1 to 16"],
    [["--inputs", "1", "--rounds", "1", "--min-tests", "5"], "--min-tests: is more than"],
    [["--map", "prompt=x,wrong=y"], "is not FIELD=THEIRS with FIELD one of id, prompt, good, bad"],
    [["--model", "embedded"], "The embedded model solves work lists only"],
    [[], "in.jsonl:1 is not valid JSON"],
  ])("%j is bad input", async (flags, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "in.jsonl"), "nothing\n");
    const args = ["data", "code", join(folder, "in.jsonl"), "--out", join(folder, "o.jsonl")];
    const { code, stderr } = await runCli([...args, "--model", "http://127.0.0.1:9/v1#m", ...flags]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test("the input is not written over", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "in.jsonl");
    await writeFile(path, "{}\n");
    for (const command of ["code", "math-judge"]) {
      const { code, stderr } = await runCli(["data", command, path, "--out", `${folder}/./in.jsonl`]);
      expect(stderr).toContain("--out: it is the input itself");
      expect(code).toBe(2);
    }
    expect(await readFile(path, "utf8")).toBe("{}\n");
  });
});

async function serverAsked(requests: readonly unknown[], count: number): Promise<void> {
  await expect.poll(() => requests.length, { interval: 20 }).toBeGreaterThanOrEqual(count);
}
