import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type ChatRequest, chatServer } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

const FIXTURE = fileURLToPath(new URL("../fixtures/math-judge-labelled.jsonl", import.meta.url));

const linesOf = async (path: string) =>
  (await readFile(path, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test("the labelled fixture is balanced, and every defect has as many problems", async () => {
  const problems = await linesOf(FIXTURE);
  const fit = problems.filter((one) => one.fit);
  expect([problems.length, fit.length]).toEqual([126, 63]);
  const byDefect = Object.groupBy(problems, ({ meta }) => meta?.defect ?? "none");
  const sizes = Object.entries(byDefect).map(([name, list]) => [name, list?.length]);
  expect(sizes.filter(([name]) => name !== "none")).toHaveLength(9);
  expect(new Set(sizes.map(([, count]) => count))).toEqual(new Set([63, 7]));
  expect(new Set(problems.map(({ id }) => id)).size).toBe(126);
});

/** A judge that takes every problem with a question mark for fit. */
const naive = ({ prompt }: ChatRequest) => {
  const problem = prompt.slice(prompt.indexOf("<problem>"), prompt.indexOf("</problem>"));
  return problem.includes("?") ? "VERDICT: CORRECT" : "VERDICT: INCORRECT";
};

test("killed with -9, a measurement on the fixture goes on, and no vote is paid twice", async () => {
  const folder = await temporaryFolder();
  const out = join(folder, "fit.jsonl");
  const { reference, requests } = await chatServer(naive);
  const args = ["data", "math-judge", FIXTURE, "--label-field", "fit", "--no-rules"];
  const run = [...args, "--out", out, "--model", reference, "--concurrency", "8", "--json"];
  const dead = await runCli(run, {
    onStart: (child) => child.stdout?.on("data", () => child.kill("SIGKILL")),
  });
  expect(dead.code).toBe("SIGKILL");
  const before = requests.length;
  expect(before).toBeLessThan(4 * 126);
  const again = await runCli(run);
  expect(again, again.stderr).toMatchObject({ code: 0 });
  // Those in flight at the kill were not in the journal.
  expect(requests.length).toBeLessThanOrEqual(4 * 126 + 8);
  const summary = JSON.parse(again.stdout.trim().split("\n").at(-1) ?? "");
  const problems = await linesOf(FIXTURE);
  const saysFit = problems.filter(({ prompt }) => prompt.includes("?"));
  const right = saysFit.filter(({ fit }) => fit).length;
  expect(summary.measured.labelled).toBe(126);
  for (const figures of summary.measured.thresholds)
    expect(figures).toMatchObject({
      truePositives: right,
      falsePositives: saysFit.length - right,
      f1: (2 * right) / (saysFit.length + 63),
    });
  expect((await linesOf(out)).map(({ id }) => id)).toEqual(saysFit.map(({ id }) => id));
  const idle = requests.length;
  await runCli([...run, "--agree", "2"]);
  expect(requests.length).toBe(idle);
});

test("rules alone are measured beside the judge, and what they drop is not paid", async () => {
  const folder = await temporaryFolder();
  const { reference, requests } = await chatServer(naive);
  const args = ["data", "math-judge", FIXTURE, "--label-field", "fit", "--out", join(folder, "fit.jsonl")];
  const { stdout, code } = await runCli([...args, "--model", reference]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/rules alone +\d+ +\d+ +\d+ +\d+ {2}0\.\d{3} \[/);
  const votes = await linesOf(join(folder, "fit.jsonl.votes.jsonl"));
  const ruled = votes.filter(({ rule }) => rule !== undefined);
  expect(ruled.length).toBeGreaterThan(10);
  expect(requests).toHaveLength(4 * (126 - ruled.length));
});

test.each([
  [["--label-field", "prompt"], 'has "What is the remainder'],
  [["--agree", "5"], "agree: 5 is not an integer from 1 to the number of votes, 4"],
  [["--votes", "65"], "votes: 65 is not"],
  [["--labels", "none.jsonl"], "none.jsonl is no file"],
  [["--model", "embedded"], "The embedded model solves work lists only"],
])("%s is bad input", async (flags, message) => {
  const folder = await temporaryFolder();
  const args = ["data", "math-judge", FIXTURE, "--out", join(folder, "o.jsonl")];
  const { code, stderr } = await runCli([...args, "--model", "http://127.0.0.1:9/v1#m", ...flags]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
