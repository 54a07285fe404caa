import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { graderFor } from "../../data/grader.ts";
import type { Problem } from "../../data/problem.ts";
import type { Rejected } from "../../data/rows.ts";
import { worklistProblems } from "../../data/worklists.ts";
import { exportPool } from "./export-pool.ts";
import { type ImportPoolOptions, importPool } from "./import-pool.ts";
import { formatPoolEntry, type PoolEntry, readPool } from "./pool-entry.ts";

async function imported(name: string, content: string, options: Partial<ImportPoolOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "pacore-import-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [source, out] = [join(folder, name), join(folder, "pool.jsonl")];
  await writeFile(source, content);
  const rejected: Rejected[] = [];
  const figures = await importPool(source, { out, onRejected: (one) => rejected.push(one), ...options });
  return { figures, rejected, entries: await Array.fromAsync(readPool(out)), folder, out };
}

const records = [
  {
    conversation: [{ role: "user", content: "1 + 1?" }],
    responses: ["\\boxed{2}", " ", "\\boxed{3}", "\\boxed{2}"],
    ground_truth: "2",
  },
  {
    conversation: [
      { role: "system", content: "s" },
      { role: "user", content: "x²?😀" },
    ],
    responses: [],
    ground_truth: "4",
  },
];

test("a released list becomes a pool; blank responses are left out, and nothing is scored", async () => {
  const { figures, entries } = await imported("released.json", JSON.stringify(records));
  expect(figures).toEqual({ problems: 2, messages: 3, blank: 1, graded: 0, unscored: 3 });
  expect(entries.map(({ problem }) => problem)).toEqual([
    { id: "released-1", prompt: "1 + 1?", answer: "2", kind: "math" },
    { id: "released-2", prompt: records[1]?.conversation, answer: "4", kind: "math" },
  ]);
});

test("what has no score is graded, what has one keeps it", async () => {
  const { entries } = await imported(
    "released.jsonl",
    records.map((record) => JSON.stringify(record)).join("\n"),
    {
      grader: (problem) => graderFor(problem),
    },
  );
  expect(entries[0]?.messages.map(({ score }) => score)).toEqual([1, 0, 1]);
  const pool: PoolEntry = {
    problem: { id: "a", prompt: "1 + 1?", answer: "2", kind: "math", meta: { from: "us" } },
    messages: [
      { text: "\\boxed{2}", score: 0.5 },
      { text: "\\boxed{2}", score: null },
    ],
  };
  const again = await imported("mine.jsonl", formatPoolEntry(pool), {
    grader: (problem) => graderFor(problem),
  });
  expect(again.entries).toEqual([
    { ...pool, messages: [pool.messages[0], { text: "\\boxed{2}", score: 1 }] },
  ]);
  expect(again.figures).toMatchObject({ graded: 1, unscored: 0 });
});

test("problems that bring messages are a pool, with the fields mapped by hand", async () => {
  const row = { q: "1 + 1?", answer: "2", messages: ["2"] };
  const { entries } = await imported("chat.jsonl", JSON.stringify(row), {
    map: new Map([["prompt", "q"]]),
    kind: "exact",
  });
  expect(entries).toEqual([
    {
      problem: { id: "chat-1", prompt: "1 + 1?", answer: "2", kind: "exact" },
      messages: [{ text: "2", score: null }],
    },
  ]);
});

test("bad records are told with their place, and the rest goes on", async () => {
  const text = JSON.stringify([records[0], 7, { conversation: [] }, records[1]]);
  const { entries, rejected } = await imported("r.json", `${text.slice(0, -1)}, {"conversation": [`);
  expect(entries.map(({ problem }) => problem.id)).toEqual(["r-1", "r-4"]);
  expect(rejected.map(({ line }) => line)).toEqual([2, 3, 5]);
});

test("a pool goes through the released format and back, less what that has no place for", async () => {
  const pool: PoolEntry[] = [
    {
      problem: { id: "a", prompt: "1 + 1?", answer: 2, kind: "math" },
      messages: [{ text: "2\u2028", score: 1 }],
    },
    {
      problem: {
        id: "b",
        prompt: "Echo.",
        kind: "code",
        answer: { tests: [{ input: "1\n", output: "1\n", testtype: "stdin" }] },
      },
      messages: [],
    },
    {
      problem: {
        id: "c",
        prompt: "Add.",
        kind: "code",
        answer: { tests: [{ input: "1\n[2]", output: "3", testtype: "functional" }], func_name: "add" },
      },
      messages: [],
    },
  ];
  const { out, folder } = await imported("p.jsonl", pool.map(formatPoolEntry).join("\n"));
  for (const name of ["released.json", "released.jsonl"]) {
    const path = join(folder, name);
    expect(await exportPool(out, { out: path })).toBe(3);
    const text = await readFile(path, "utf8");
    const written = name.endsWith(".json")
      ? JSON.parse(text)
      : text
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
    expect(written[0]).toEqual({
      conversation: [{ role: "user", content: "1 + 1?" }],
      responses: ["2\u2028"],
      ground_truth: "2",
    });
    expect(JSON.parse(written[2].ground_truth)).toEqual({
      inputs: [[1, [2]]],
      outputs: [[3]],
      fn_name: "add",
    });
    await importPool(path, { out: join(folder, "back.jsonl") });
    const back = await Array.fromAsync(readPool(join(folder, "back.jsonl")));
    expect(back.map(({ problem }) => problem.kind)).toEqual(["math", "code", "code"]);
    expect(back[0]?.messages).toEqual([{ text: "2\u2028", score: null }]);
  }
  await expect(exportPool(out, { out: join(folder, "x.csv") })).rejects.toThrow("neither .json nor .jsonl");
});

test("work lists are known by their wording after the released format, and graded as such", async () => {
  const [problem] = worklistProblems({ count: 1, seed: 3 });
  const answer = String(problem?.answer);
  const pool = {
    problem: problem as Problem,
    messages: [answer, `${answer} `, "A=1"].map((text) => ({ text, score: null })),
  };
  const { out, folder } = await imported("w.jsonl", formatPoolEntry(pool));
  await exportPool(out, { out: join(folder, "released.json") });
  await importPool(join(folder, "released.json"), { out, grader: (one) => graderFor(one) });
  const [back] = await Array.fromAsync(readPool(out));
  expect(back?.problem).toMatchObject({ kind: "worklist", prompt: problem?.prompt });
  expect(back?.messages.map(({ score }) => score)).toEqual([1, 1, 0]);
});

test("an empty pool is exported as an empty list", async () => {
  const { out, folder } = await imported("none.jsonl", "");
  await exportPool(out, { out: join(folder, "none.json") });
  expect(JSON.parse(await readFile(join(folder, "none.json"), "utf8"))).toEqual([]);
});
