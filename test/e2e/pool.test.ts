import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ChatReply, type ChatRequest, chatServer } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

const linesOf = async (path: string) =>
  (await readFile(path, "utf8"))
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test("killed with -9 on the embedded model and run again, a pool is that of one life", async () => {
  const folder = await temporaryFolder();
  const [whole, killed] = [join(folder, "whole.jsonl"), join(folder, "killed.jsonl")];
  const args = ["pool", "build", "worklist:4:7", "--size", "8", "--concurrency", "8", "--out"];
  const one = await runCli([...args, whole]);
  expect(one).toMatchObject({ code: 0 });
  expect(one.stdout).toContain("4 of 4 problems, 32 messages");
  const dead = await runCli([...args, killed, "--json"], {
    onStart: (child) => child.stdout?.on("data", () => child.kill("SIGKILL")),
  });
  expect(dead.code).toBe("SIGKILL");
  const again = await runCli([...args, killed, "--json"]);
  expect(again).toMatchObject({ code: 0 });
  const summary = JSON.parse(again.stdout.trim().split("\n").at(-1) ?? "");
  expect(summary).toMatchObject({ type: "summary", end: "done", complete: 4, messages: 32 });
  expect(summary.ended).toBeLessThan(32);
  expect(await readFile(killed, "utf8")).toBe(await readFile(whole, "utf8"));
  expect((await readdir(folder)).toSorted()).toEqual([
    "killed.jsonl",
    "killed.jsonl.db",
    "whole.jsonl",
    "whole.jsonl.db",
  ]);
});

/** Sums; plain samples are right as their number wants it, one in three is cut off. */
const sums = ({ prompt, number }: ChatRequest): ChatReply => {
  const [, a = "0"] = /(\d+) \+ \d+\?/.exec(prompt) ?? [];
  return `The answer is \\boxed{${number % 4 === 0 ? 2 * Number(a) : 999}}.`;
};

test("a pool is built over HTTP, filtered, measured, exported and imported again", async () => {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const problems = [0, 1, 2, 3].map((i) => ({
    id: `s${i}`,
    question: `${i}${i === 3 ? "?" : ""} What is ${i} + ${i}?`,
    answer: `${2 * i}`,
  }));
  await writeFile(at("sums.jsonl"), `${problems.map((one) => JSON.stringify(one)).join("\n")}\n{oops\n`);
  await writeFile(
    at("held-out.jsonl"),
    JSON.stringify({ id: "x", question: "77 What is 88 + 99?", answer: "187" }),
  );
  const { reference, requests } = await chatServer(sums);
  const env = { PACORE_API_KEY: "sk-very-secret-key-123456" };
  const built = await runCli(
    [
      "pool",
      "build",
      at("sums.jsonl"),
      "--model",
      reference,
      "--size",
      "4",
      "--concurrency",
      "1",
      "--out",
      at("pool.jsonl"),
    ],
    { env },
  );
  expect(built).toMatchObject({ code: 0 });
  expect(built.stderr).toContain("sums.jsonl:5: is not valid JSON");
  expect(built.stdout).toContain("4 of 4 problems, 16 messages, 25.0% right");
  expect(requests).toHaveLength(16);
  for (const file of await readdir(folder))
    expect(await readFile(at(file), "latin1")).not.toContain("very-secret");

  const stats = await runCli(["pool", "stats", at("pool.jsonl"), "--plot", at("accuracy.svg"), "--json"]);
  expect(JSON.parse(stats.stdout)).toMatchObject({ problems: 4, messages: 16, accuracy: 0.25, stage1: 4 });
  expect(await readFile(at("accuracy.svg"), "utf8")).toContain("</svg>");

  await appendFile(at("pool.jsonl"), '{"id": "torn');
  const filter = [
    "pool",
    "filter",
    at("pool.jsonl"),
    "--against",
    at("held-out.jsonl"),
    "--out",
    at("stage-1.jsonl"),
  ];
  const filtered = await runCli(filter);
  expect(filtered).toMatchObject({ code: 3 });
  expect(filtered.stdout).toContain("0 of 5 problems kept");
  const dropped = await linesOf(at("stage-1.dropped.jsonl"));
  expect(dropped.map(({ id, reason }) => [id, reason])).toEqual([
    ["s0", "contaminated-text"],
    ["s1", "contaminated-text"],
    ["s2", "contaminated-text"],
    ["s3", "several-questions"],
    [null, "unreadable"],
  ]);
  const lenient = await runCli([...filter, "--no-mask-digits", "--below", "1/2", "--json"]);
  expect(JSON.parse(lenient.stdout)).toMatchObject({
    read: 5,
    kept: 3,
    dropped: { "several-questions": 1, unreadable: 1 },
  });

  await writeFile(
    at("scores.jsonl"),
    '{"id": "s1", "synthesisAccuracy": 0.5, "samples": 8}\n{"id": "s2", "synthesisAccuracy": 1, "samples": 8}',
  );
  const second = await runCli([
    "pool",
    "filter",
    at("stage-1.jsonl"),
    "--stage",
    "2",
    "--scores",
    at("scores.jsonl"),
    "--out",
    at("stage-2.jsonl"),
  ]);
  expect(second).toMatchObject({ code: 0 });
  expect((await linesOf(at("stage-2.jsonl"))).map(({ id }) => id)).toEqual(["s1"]);

  expect(await runCli(["pool", "export", at("stage-1.jsonl"), "--out", at("released.json")])).toMatchObject({
    code: 0,
  });
  const back = await runCli(["pool", "import", at("released.json"), "--grade", "--out", at("back.jsonl")]);
  expect(back.stdout).toContain("3 problems, 12 messages; 12 graded, 0 unscored");
  const scoresOf = async (name: string) => (await linesOf(at(name))).map(({ scores }) => scores);
  expect(await scoresOf("back.jsonl")).toEqual(await scoresOf("stage-1.jsonl"));
});

test("what cannot work is refused with what to do: exit code 2", async () => {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  await writeFile(
    at("judged.jsonl"),
    '{"prompt": "Why?", "answer": "so", "kind": "judge", "messages": ["so"]}',
  );
  await writeFile(at("pool.jsonl"), "");
  const cases: [string[], string][] = [
    [["build", "arithmetic:2", "--out", at("p")], "work lists only"],
    [["build", "worklist:2", "--budget-money", "3", "--out", at("p")], "--price-in"],
    [["build", at("judged.jsonl"), "--model", "http://127.0.0.1:1/v1#m", "--out", at("p")], "--judge-model"],
    [["build", "worklist:2", "--out", at("judged.jsonl")], "judged.jsonl:1 is no line of a pool"],
    [["filter", at("none.jsonl"), "--out", at("f.jsonl")], "none.jsonl is no file"],
    [["filter", at("pool.jsonl"), "--stage", "2", "--out", at("f.jsonl")], "needs --scores"],
    [["filter", at("pool.jsonl"), "--scores", at("s"), "--out", at("f.jsonl")], "belongs to --stage 2"],
    [["filter", at("pool.jsonl"), "--allow", "all,most", "--out", at("f.jsonl")], "is none of"],
    [["filter", at("pool.jsonl"), "--against", at("none"), "--out", at("f.jsonl")], "is no file"],
    [["stats", at("none.jsonl")], "is no file"],
    [["import", at("judged.jsonl"), "--grade", "--out", at("i.jsonl")], "--judge-model"],
  ];
  const ran = await Promise.all(cases.map(([args]) => runCli(["pool", ...args])));
  for (const [i, { code, stderr }] of ran.entries())
    expect(`${cases[i]?.[0].join(" ")}: ${code} ${stderr}`).toMatch(
      new RegExp(`: 2 (.*\\n)*.*${cases[i]?.[1]}`),
    );
  expect((await readdir(folder)).toSorted()).toEqual(["judged.jsonl", "pool.jsonl"]);
});
