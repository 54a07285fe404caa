import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rejected } from "../../data/rows.ts";
import { formatPoolEntry, type PoolEntry, readPool } from "./pool-entry.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-pool-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array) {
  const path = join(folder, "pool.jsonl");
  await writeFile(path, content);
  const rejected: Rejected[] = [];
  const entries = await Array.fromAsync(readPool(path, { onRejected: (one) => rejected.push(one) }));
  return { entries, rejected };
}

const entry: PoolEntry = {
  problem: {
    id: "a",
    prompt: "x² = 4?\u2028\u{1F600}",
    answer: ["2", "-2"],
    kind: "math",
    options: { tolerance: 0.1 },
    meta: { topic: "algebra" },
  },
  messages: [
    { text: "2 und −2", score: 1 },
    { text: "\ud800 half a character", score: 0.25 },
    { text: "unscored", score: null },
  ],
};

test("an entry comes back as it was written, whatever its characters", async () => {
  const { entries, rejected } = await read(`${formatPoolEntry(entry)}\n`);
  expect(entries).toEqual([entry]);
  expect(rejected).toEqual([]);
});

test("chats stay chats; an entry without messages or answer is one", async () => {
  const chat: PoolEntry = {
    problem: {
      id: "c",
      prompt: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Why?" }] },
      ],
      kind: "judge",
    },
    messages: [],
  };
  expect((await read(formatPoolEntry(chat))).entries).toEqual([chat]);
});

test("a bad line is told with its place, and the rest goes on", async () => {
  const line = formatPoolEntry(entry);
  const other = line.replace('"id":"a"', '"id":"b"');
  const lines = [
    line,
    line,
    line.replace('"scores":[1,', '"scores":['),
    line.replace('"id":"a"', '"id":"z"').replace("0.25", "1.5"),
    '{"id": "k", "responses": []}',
    "",
    other,
    other.replace('"id":"b"', '"id":"d"').slice(0, 60),
  ];
  const { entries, rejected } = await read(lines.join("\n"));
  expect(entries.map(({ problem }) => problem.id)).toEqual(["a", "b"]);
  expect(rejected.map(({ line }) => line)).toEqual([2, 3, 4, 5, 8]);
  expect(rejected[0]?.reason).toMatch(/^has the id a, as .*pool\.jsonl:1 has$/);
  expect(rejected[1]?.reason).toBe("scores: has not one score a response");
  expect(rejected[2]?.reason).toMatch(/^scores\.1: /);
  expect(rejected[4]?.reason).toContain("is not valid JSON");
});

test("a released line is read: its kind is seen from the gold answer, and nothing is scored", async () => {
  const conversation = [{ role: "user", content: "1 + 1?" }];
  const lines = [
    { conversation, responses: ["2", "3"], ground_truth: "2" },
    { conversation: JSON.stringify(conversation), ground_truth: { inputs: ["1"], outputs: ["2"] } },
  ];
  const { entries } = await read(lines.map((line) => JSON.stringify(line)).join("\n"));
  expect(entries).toEqual([
    {
      problem: { id: "pool-1", prompt: "1 + 1?", answer: "2", kind: "math" },
      messages: [
        { text: "2", score: null },
        { text: "3", score: null },
      ],
    },
    {
      problem: { id: "pool-2", prompt: "1 + 1?", answer: { inputs: ["1"], outputs: ["2"] }, kind: "code" },
      messages: [],
    },
  ]);
});
