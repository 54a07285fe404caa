import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseFieldMap } from "./field-map.ts";
import { loadProblems } from "./load.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-data-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(name: string, content: string | Uint8Array, options = {}) {
  const path = join(folder, name);
  await writeFile(path, content);
  return loadProblems(path, options);
}

test("a JSONL line that is no problem is reported with its line, and the rest goes on", async () => {
  const lines = [
    '\uFEFF{"prompt": "one", "answer": "1"}',
    "",
    "{broken",
    "[1]",
    '{"prompt": "two\u2028lines", "answer": "2", "id": "b"}\r',
    '{"prompt": "  ", "answer": "3"}',
    '{"prompt": "three", "answer": "3", "id": "b"}',
    '{"unknown": 1}',
    '{"prompt": "last", "answer": "4"}',
  ];
  const { problems, rejected } = await load("mixed.jsonl", lines.join("\n"));
  expect(problems.map(({ id, prompt }) => [id, prompt])).toEqual([
    ["mixed-1", "one"],
    ["b", "two\u2028lines"],
    ["mixed-9", "last"],
  ]);
  expect(rejected.map(({ line }) => line)).toEqual([3, 4, 6, 7, 8]);
  expect(rejected.every(({ file }) => file.endsWith("mixed.jsonl"))).toBe(true);
  expect(rejected[2]?.reason).toBe("prompt: is empty");
  expect(rejected[3]?.reason).toContain("mixed.jsonl:5");
});

test("a line that is not UTF-8 is reported, not guessed", async () => {
  const bytes = Buffer.concat([
    Buffer.from('{"prompt": "'),
    Buffer.from([0xff]),
    Buffer.from('"}\n{"prompt": "ok"}'),
  ]);
  const { problems, rejected } = await load("latin.jsonl", bytes);
  expect(problems.map(({ prompt }) => prompt)).toEqual(["ok"]);
  expect(rejected).toMatchObject([{ line: 1, reason: "is not UTF-8 text" }]);
});

test("CSV fields may hold commas, quotes and line ends; a row with a field too many is reported", async () => {
  const csv = 'question,answer\n"a, ""b""\nc",1\nplain,2\nx,3,4\nlast,5\n';
  const { problems, rejected } = await load("p.csv", csv);
  expect(problems.map(({ prompt, answer }) => [prompt, answer])).toEqual([
    ['a, "b"\nc', "1"],
    ["plain", "2"],
    ["last", "5"],
  ]);
  expect(rejected).toMatchObject([{ line: 5, reason: "has 3 fields, the header 2" }]);
});

test("JSON may be an array or hold one; anything else is an error that says so", async () => {
  const rows = [{ prompt: "a" }, 7, { prompt: "b" }];
  const { problems, rejected } = await load("p.json", JSON.stringify({ problems: rows }));
  expect(problems).toHaveLength(2);
  expect(rejected).toMatchObject([{ line: 2 }]);
  await expect(load("q.json", '{"a": 1}')).rejects.toThrow("neither an array");
  await expect(load("r.json", "{")).rejects.toThrow("not valid JSON");
});

test.each(["matharena.parquet", "matharena-zstd.parquet"])(
  "Parquet written by pyarrow is read: %s",
  async (name) => {
    const path = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
    const { problems, rejected } = await loadProblems(path);
    expect(problems[1]).toEqual({
      id: "2",
      prompt: "Ünïcode: $x^2=4$, largest $x$",
      answer: "2",
      kind: "math",
      meta: { problem_type: ["Algebra", "Number Theory"] },
    });
    // Its third row has no answer: a contest that is still open.
    expect(problems.length + rejected.length).toBe(3);
  },
);

test("a Parquet file cut short is an error that names it", async () => {
  await expect(load("torn.parquet", "PAR1 nothing")).rejects.toThrow("torn.parquet cannot be read");
});

test("fields are mapped by hand, into objects too", async () => {
  const map = parseFieldMap(["prompt=task.text,answer=solution", "id=nr"]);
  const line = JSON.stringify({ task: { text: "Q" }, question: "not this", solution: "A", nr: "x1" });
  const { problems } = await load("m.jsonl", line, { map, kind: "exact" });
  expect(problems).toEqual([{ id: "x1", prompt: "Q", answer: "A", kind: "exact" }]);
  const { rejected } = await load("n.jsonl", '{"question": "Q"}', { map });
  expect(rejected).toMatchObject([{ reason: "has no task.text" }]);
});

test("a mapping to no field of ours is refused", () => {
  expect(() => parseFieldMap(["question=prompt"])).toThrow("map");
});

test("an empty file gives no problem, and a missing one an error", async () => {
  expect(await load("empty.jsonl", "")).toMatchObject({ problems: [], rejected: [] });
  await expect(loadProblems(join(folder, "absent.jsonl"))).rejects.toThrow("no file");
  await expect(load("p.txt", "x")).rejects.toThrow("none of .jsonl");
});

test("generated problems come by name, and a limit holds everywhere", async () => {
  expect((await loadProblems("worklist:5:2")).problems.map(({ kind }) => kind)).toEqual(
    Array(5).fill("worklist"),
  );
  expect((await loadProblems("arithmetic:5", { limit: 2 })).problems).toHaveLength(2);
  const lines = Array.from({ length: 9 }, (_, i) => `{"prompt": "${i}"}`).join("\n");
  expect((await load("l.jsonl", lines, { limit: 4 })).problems).toHaveLength(4);
});

test("a work list in a file is known by its wording", async () => {
  const [problem] = (await loadProblems("worklist:1")).problems;
  const { problems } = await load(
    "w.jsonl",
    JSON.stringify({ prompt: problem?.prompt, answer: problem?.answer }),
  );
  expect(problems[0]?.kind).toBe("worklist");
});

test("an integer beyond 2^53 keeps every digit", async () => {
  const digits = "123456789012345678901234567890";
  const lines = `{"prompt": "a", "answer": ${digits}}\n{"prompt": "b", "answer": -9007199254740993}\n{"prompt": "c 1234567890123456", "answer": 0.5}`;
  const { problems } = await load("big.jsonl", lines);
  expect(problems.map(({ answer }) => answer)).toEqual([digits, "-9007199254740993", 0.5]);
  expect((await load("big.json", `[{"prompt": "a", "answer": ${digits}}]`)).problems[0]?.answer).toBe(digits);
});

test("a quote that never closes is reported with its line, and what stands before it is kept", async () => {
  const { problems, rejected } = await load("open.csv", 'question,answer\na,1\n"b,2\nc,3\n');
  expect(problems.map(({ prompt }) => prompt)).toEqual(["a"]);
  expect(rejected).toMatchObject([{ line: 3 }]);
});
