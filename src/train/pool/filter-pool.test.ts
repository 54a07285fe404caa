import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scriptedModel } from "../../testing/scripted-model.ts";
import type { Check } from "./drop.ts";
import { type FilterPoolOptions, filterPool } from "./filter-pool.ts";
import { formatPoolEntry, type PoolEntry, readPool } from "./pool-entry.ts";
import { JudgeDownError, qualityJudge } from "./quality-judge.ts";
import { stage1Checks } from "./stage-1.ts";
import { keepForStage2, readSynthesisScores, stage2Check } from "./stage-2.ts";

const entry = (id: string, scores: (number | null)[], kind: "math" | "code" = "math"): PoolEntry => ({
  problem: {
    id,
    prompt: `What is ${id}?`,
    answer: kind === "math" ? "4" : { inputs: ["1"], outputs: ["1"] },
    kind,
  },
  messages: scores.map((score, i) => ({ text: `message ${i}`, score })),
});

/** So many of 24 right. */
const right = (count: number) => Array.from({ length: 24 }, (_, i) => (i < count ? 1 : 0));

async function filtered(lines: readonly (PoolEntry | string)[], options: Partial<FilterPoolOptions>) {
  const folder = await mkdtemp(join(tmpdir(), "pacore-filter-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const pool = join(folder, "pool.jsonl");
  await writeFile(
    pool,
    lines.map((line) => (typeof line === "string" ? line : formatPoolEntry(line))).join("\n"),
  );
  const [out, dropped] = [join(folder, "out", "kept.jsonl"), join(folder, "out", "dropped.jsonl")];
  const run = () => filterPool(pool, { checks: [], out, dropped, ...options });
  const idsOf = async () => (await Array.fromAsync(readPool(out))).map(({ problem }) => problem.id);
  const listed = async () =>
    (await readFile(dropped, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { run, idsOf, listed, folder };
}

test("stage 1 keeps what is right at times and below 9 of 24, below 15 of 24 for code", async () => {
  const lines = [
    entry("never", right(0)),
    entry("once", right(1)),
    entry("eight", right(8)),
    entry("nine", right(9)),
    entry("nine in code", right(9), "code"),
    entry("fifteen in code", right(15), "code"),
    entry("soft", [0.2, 0.4, 0], "code"),
    entry("unscored", [null, null]),
    entry("partly unscored", [1, 0, 0, null, null]),
    entry("empty", []),
  ];
  const { run, idsOf, listed } = await filtered(lines, { checks: stage1Checks() });
  const figures = await run();
  expect(await idsOf()).toEqual(["once", "eight", "nine in code", "soft", "partly unscored"]);
  expect(figures).toEqual({
    read: 10,
    kept: 5,
    dropped: { "never-right": 1, "too-often-right": 2, unscored: 1, "too-few-messages": 1 },
  });
  expect(await listed()).toContainEqual({
    id: "nine",
    reason: "too-often-right",
    detail: "message accuracy 0.375",
  });
});

test("bounds are options", async () => {
  const lines = [entry("one", right(1)), entry("nine", right(9)), entry("few", [1, 0])];
  const checks = stage1Checks({ below: 10 / 24, above: 1 / 24, minMessages: 3 });
  const { run, idsOf } = await filtered(lines, { checks });
  await run();
  expect(await idsOf()).toEqual(["nine"]);
});

test("lines that are torn, doubled or no entry are counted and listed with their place", async () => {
  const line = formatPoolEntry(entry("a", right(2)));
  const { run, idsOf, listed } = await filtered([line, line, '{"id": 1}', line.slice(0, 70)], {});
  expect(await run()).toEqual({ read: 4, kept: 1, dropped: { unreadable: 3 } });
  expect(await idsOf()).toEqual(["a"]);
  expect((await listed()).map(({ id, detail }) => [id, /pool\.jsonl:\d/.exec(detail)?.[0]])).toEqual([
    [null, "pool.jsonl:2"],
    [null, "pool.jsonl:3"],
    [null, "pool.jsonl:4"],
  ]);
});

test("an empty pool gives empty files", async () => {
  const { run, idsOf, folder } = await filtered([], {});
  expect(await run()).toEqual({ read: 0, kept: 0, dropped: {} });
  expect(await idsOf()).toEqual([]);
  expect(await readdir(join(folder, "out"))).toEqual(["dropped.jsonl", "kept.jsonl"]);
});

test("where a check fails, nothing is left behind, and what was there before stays", async () => {
  const failing: Check = ({ problem }) => {
    if (problem.id === "b") throw new Error("no disk");
    return undefined;
  };
  const { run, folder } = await filtered([entry("a", []), entry("b", [])], { checks: [failing] });
  await expect(run()).rejects.toThrow("no disk");
  expect(await readdir(join(folder, "out"))).toEqual([]);
});

test("checks that wait are run side by side, and the order stays", async () => {
  let [atWork, most] = [0, 0];
  const slow: Check = async ({ problem }) => {
    most = Math.max(most, ++atWork);
    for (let turn = 0; turn < (problem.id === "p0" ? 9 : 1); turn++) await new Promise(setImmediate);
    atWork--;
    return undefined;
  };
  const lines = Array.from({ length: 20 }, (_, i) => entry(`p${i}`, [1]));
  const { run, idsOf } = await filtered(lines, { checks: [slow], concurrency: 4 });
  await run();
  expect(most).toBe(4);
  expect(await idsOf()).toEqual(lines.map(({ problem }) => problem.id));
});

test("a judge is asked four times, and all four must find a problem fit", async () => {
  let votes = 0;
  const model = scriptedModel(({ prompt }) => {
    const text = JSON.stringify(prompt);
    const no = text.includes("What is b?") || (text.includes("What is c?") && ++votes === 3);
    return { text: no ? "VERDICT: INCORRECT" : "VERDICT: CORRECT" };
  });
  const lines = [entry("a", right(1)), entry("b", right(1)), entry("c", right(1)), entry("d", right(0))];
  const checks = stage1Checks({ judge: qualityJudge(model) });
  const { run, idsOf, listed } = await filtered(lines, { checks });
  await run();
  expect(await idsOf()).toEqual(["a"]);
  // What fails for free is not judged.
  expect(model.calls).toHaveLength(12);
  expect(await listed()).toContainEqual({
    id: "c",
    reason: "judge",
    detail: "3 of 4 votes for right, 1 for wrong.",
  });
});

test("a judge that never answers ends the filter instead of dropping everything", async () => {
  const model = scriptedModel(() => ({ error: new Error("down") }));
  const lines = Array.from({ length: 30 }, (_, i) => entry(`p${i}`, right(1)));
  const { run } = await filtered(lines, { checks: stage1Checks({ judge: qualityJudge(model) }) });
  await expect(run()).rejects.toThrow(JudgeDownError);
});

const scores = [
  { id: "a", synthesisAccuracy: 0.5, samples: 8 },
  { id: "b", synthesisAccuracy: 0, samples: 8 },
  { id: "c", synthesisAccuracy: 1, samples: 8 },
  { id: "d", synthesisAccuracy: null, samples: 0 },
];
const lines = ["a", "b", "c", "d", "e"].map((id) => entry(id, right(1)));

test("stage 2 keeps what a checkpoint synthesises at times, and a file and a run agree", async () => {
  const check = stage2Check(new Map(scores.map((score) => [score.id, score])));
  const { run, idsOf } = await filtered(lines, { checks: [check] });
  expect((await run()).dropped).toEqual({
    "synthesis-never-right": 1,
    "synthesis-always-right": 1,
    "no-synthesis-score": 2,
  });
  expect(await idsOf()).toEqual(["a"]);
  expect(keepForStage2(lines, scores)).toEqual([lines[0]]);
});

test("of two scores of a problem the later one counts, and a bad line is told", async () => {
  const { folder } = await filtered([], {});
  const path = join(folder, "scores.jsonl");
  const text = [...scores, { id: "b", synthesisAccuracy: 0.25, samples: 4 }, { id: "f" }]
    .map((one) => JSON.stringify(one))
    .join("\n");
  await writeFile(path, `${text}\n{"id": "g", "synth`);
  const told: number[] = [];
  const read = await readSynthesisScores(path, { onRejected: ({ line }) => told.push(line) });
  expect(read.get("b")?.synthesisAccuracy).toBe(0.25);
  expect([...read.keys()]).toEqual(["a", "b", "c", "d"]);
  expect(told).toEqual([6, 7]);
});
