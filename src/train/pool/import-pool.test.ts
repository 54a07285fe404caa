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
  expect(figures).toEqual({
    problems: 2,
    messages: 3,
    bare: 1,
    blank: 1,
    goldless: 0,
    graded: 0,
    unscored: 3,
  });
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
  const folder = await mkdtemp(join(tmpdir(), "pacore-import-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const pool = join(folder, "none.jsonl");
  await writeFile(pool, "");
  await exportPool(pool, { out: join(folder, "none.json") });
  expect(JSON.parse(await readFile(join(folder, "none.json"), "utf8"))).toEqual([]);
});

const turn = (role: string, content: unknown) => ({ role, content });
const said = (from: string, value: string) => ({ from, value });
const asked = [turn("system", "s"), turn("user", "1 + 1?")];

test.each([
  [
    "OpenAI's messages",
    { messages: [...asked, turn("assistant", "<think>hm</think> 2")], answer: "2" },
    ["2"],
  ],
  [
    "ShareGPT's conversations",
    {
      conversations: [said("system", "s"), said("human", "1 + 1?"), said("gpt", "2")],
      ground_truth: { answer: "2" },
    },
    ["2"],
  ],
  ["completions in chats", { prompt: asked, completion: [turn("assistant", "2")], answer: "2" }, ["2"]],
  [
    "choices",
    {
      messages: asked,
      choices: [{ message: { content: "2", reasoning_content: "hm" } }, { message: { content: null } }],
      target: "2",
    },
    ["2"],
  ],
  [
    "verl's rows, with completions of their own",
    { prompt: asked, reward_model: { style: "rule", ground_truth: "2" }, completions: ["2", "<think>3"] },
    ["2"],
  ],
  [
    "generations beside messages",
    { messages: [...asked, turn("assistant", "gold")], generations: ["2", { text: "3" }], answer: "2" },
    ["2", "3"],
  ],
  [
    "lists that are JSON texts",
    { messages: JSON.stringify(asked), responses: '["2", "3"]', answer: "2" },
    ["2", "3"],
  ],
  [
    "released records with a struct of nulls",
    { conversation: asked, responses: ["2"], ground_truth: { answer: "2", inputs: null, outputs: null } },
    ["2"],
  ],
])("%s are a pool, their reasoning dropped", async (_, row, texts) => {
  const { entries, rejected } = await imported("chat.jsonl", JSON.stringify(row), {
    grader: (problem) => graderFor(problem),
  });
  expect(rejected).toEqual([]);
  const messages = texts.map((text) => ({ text, score: text === "2" ? 1 : 0 }));
  expect(entries).toEqual([
    { problem: { id: "chat-1", prompt: asked, answer: "2", kind: "math" }, messages },
  ]);
});

test("what cannot be read is told with its line and the fields that were found; the rest goes on", async () => {
  const lines = [
    { uid: 1, question_text: "1 + 1?", model_answer: "2" },
    { messages: [...asked, turn("tool", "42")], answer: "2" },
    { messages: [turn("assistant", "2")], answer: "2" },
    { prompt: "1 + 1?", answer: "2", responses: [{ logprob: 1 }] },
    { prompt: "1 + 1?", responses: ["2"] },
  ];
  const { entries, rejected, figures } = await imported(
    "odd.jsonl",
    lines.map((line) => JSON.stringify(line)).join("\n"),
    { grader: (problem) => graderFor(problem) },
  );
  expect(rejected.map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
    "1: has no field that could be the problem (found: uid, question_text, model_answer); name it with --map prompt=FIELD",
    '2: has a turn of "tool"; only system, user and assistant can be read, not tools',
    "3: prompt: has no user turn",
    "4: has a response without a text (found: logprob)",
  ]);
  expect(entries.map(({ messages }) => messages)).toEqual([[{ text: "2", score: null }]]);
  expect(figures).toMatchObject({ problems: 1, goldless: 1, unscored: 1 });
});

test("a data set without responses is no pool, and its fields are named", async () => {
  const row = { question: "1 + 1?", answer: "2", model_outputs: ["2"] };
  const lines = `${JSON.stringify(row)}\n${JSON.stringify(row)}`;
  await expect(imported("bare.jsonl", lines)).rejects.toThrow(
    "(fields of the first: question, answer, model_outputs); name theirs with --map messages=FIELD",
  );
  await expect(imported("bare.jsonl", "\n")).rejects.toThrow("has no record");
  const { figures } = await imported("bare.jsonl", lines, { map: new Map([["messages", "model_outputs"]]) });
  expect(figures).toMatchObject({ problems: 2, messages: 2, bare: 0 });
});

test("PaCoRe-Train-8k's Parquet columns are a pool: lists of turns, lists of texts, tests as a text", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pacore-import-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const out = join(folder, "pool.jsonl");
  const source = join(import.meta.dirname, "../../data/fixtures/pacore-train.parquet");
  const figures = await importPool(source, { out });
  expect(figures).toMatchObject({ problems: 5, messages: 8, bare: 1, blank: 4 });
  const entries = await Array.fromAsync(readPool(out));
  expect(entries.map(({ problem }) => problem.kind)).toEqual(["math", "math", "math", "math", "code"]);
  expect(entries[3]?.problem).toMatchObject({ prompt: "What is 3 + 3? ✓", answer: "6" });
  expect(entries[3]?.messages.map(({ text }) => text)).toEqual(["The answer is \\boxed{6}.", "\\boxed{6}"]);
  expect(entries[4]?.problem.answer).toEqual({ inputs: ["1\n"], outputs: ["2\n"] });
});
