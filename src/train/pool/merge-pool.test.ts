import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { graderFor } from "../../data/grader.ts";
import type { Problem } from "../../data/problem.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import { type BuildPoolOptions, buildPool } from "./build-pool.ts";
import { mergePool } from "./merge-pool.ts";
import { readPool } from "./pool-entry.ts";
import { isOfShard, parseShard } from "./shard.ts";

const problems = Array.from(
  { length: 12 },
  (_, i): Problem => ({ id: `p${i}`, prompt: `${i} + ${i}?\u2028😀`, answer: `${2 * i}`, kind: "math" }),
);

/** Answers as the prompt and the seed say, and counts. */
function model() {
  let calls = 0;
  const scripted = scriptedModel(({ prompt, seed = 0 }) => {
    calls++;
    const [, a = "0"] = /(\d+) \+/.exec(JSON.stringify(prompt)) ?? [];
    return `\\boxed{${seed % 3 === 0 ? 2 * Number(a) : seed % 100}}`;
  });
  return { scripted, calls: () => calls };
}

async function folder(): Promise<(name: string) => string> {
  const path = await mkdtemp(join(tmpdir(), "pacore-shards-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return (name) => join(path, name);
}

const build = (out: string, shard?: string, options: Partial<BuildPoolOptions> = {}, data = problems) =>
  buildPool(data, {
    model: model().scripted,
    out,
    grader: (problem) => graderFor(problem),
    size: 3,
    ...(shard !== undefined && { shard: parseShard(shard) }),
    ...options,
  });

async function shards(at: (name: string) => string, of: number): Promise<string[]> {
  const paths: string[] = [];
  // In another order than theirs.
  for (let index = of; index >= 1; index--) {
    const out = at(`shard-${index}.jsonl`);
    await build(out, `${index}/${of}`);
    paths.push(out);
  }
  return paths;
}

test("every problem is of exactly one shard, whatever else the data holds", () => {
  for (const of of [1, 2, 7, 1000]) {
    const all = Array.from({ length: of }, (_, i) => ({ index: i + 1, of }));
    for (const id of ["p1", "", "ünï😀"]) expect(all.filter((shard) => isOfShard(id, shard))).toHaveLength(1);
  }
  const sizes = [1, 2, 3, 4].map(
    (index) =>
      Array.from({ length: 4000 }, (_, i) => `p${i}`).filter((id) => isOfShard(id, { index, of: 4 })).length,
  );
  for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(120);
  for (const wrong of ["0/4", "5/4", "1", "a/b", "1/0", "1/99999"])
    expect(() => parseShard(wrong)).toThrow(/INDEX\/COUNT|is none of/);
});

test("merged shards are, byte for byte, the pool of a build without shards", async () => {
  const at = await folder();
  await build(at("whole.jsonl"));
  const paths = await shards(at, 3);
  const figures = await mergePool(paths, { out: at("merged.jsonl") });
  expect(figures).toEqual({ problems: 12, incomplete: 0, repeated: 0, missing: [] });
  expect(await readFile(at("merged.jsonl"), "utf8")).toBe(await readFile(at("whole.jsonl"), "utf8"));
});

test("a shard is read as a pool of its problems", async () => {
  const at = await folder();
  const [path = ""] = await shards(at, 3);
  const read = await Array.fromAsync(readPool(path, { onRejected: (one) => expect.unreachable(one.reason) }));
  expect(read.map(({ problem }) => problem.id)).toEqual(
    problems.map(({ id }) => id).filter((id) => isOfShard(id, { index: 3, of: 3 })),
  );
});

test("shards without a problem are shards all the same", async () => {
  const at = await folder();
  const paths = await shards(at, 40);
  expect(await mergePool(paths, { out: at("merged.jsonl") })).toMatchObject({ problems: 12, missing: [] });
});

test("a shard is gone on with as itself alone", async () => {
  const at = await folder();
  const [path = ""] = await shards(at, 2);
  await expect(build(path, "1/2")).rejects.toThrow("is shard 2/2 of a pool, not 1/2; give --shard 2/2");
  await expect(build(path)).rejects.toThrow("is shard 2/2 of a pool; give --shard 2/2");
  await expect(build(path, "2/2", { seed: 1 })).rejects.toThrow("another seed (0 and 1)");
  await rm(path);
  await expect(build(path, "1/2")).rejects.toThrow('another shard ("2/2", now "1/2")');
  await build(at("whole.jsonl"));
  await expect(build(at("whole.jsonl"), "1/2")).rejects.toThrow("problems of other shards than 1/2");
});

test("more data extends a shard, and it is not merged with those of less", async () => {
  const at = await folder();
  const [second = "", first = ""] = await shards(at, 2);
  const more: Problem = { id: "more", prompt: "5 + 5?", answer: "10", kind: "math" };
  const { scripted, calls } = model();
  await build(first, "1/2", { model: scripted }, [...problems, more]);
  expect(calls()).toBe(isOfShard("more", { index: 1, of: 2 }) ? 3 : 0);
  await expect(mergePool([first, second], { out: at("merged.jsonl") })).rejects.toThrow("different data");
});

test("shards that are missing are named", async () => {
  const at = await folder();
  const [, second = ""] = await shards(at, 3);
  const out = at("merged.jsonl");
  await expect(mergePool([second], { out })).rejects.toThrow("1/3, 3/3 are missing");
  const figures = await mergePool([second], { out, allowMissing: true });
  expect(figures).toMatchObject({ missing: ["1/3", "3/3"], incomplete: 0 });
});

test("a shard that was stopped is merged as far as it is, and its gaps are counted", async () => {
  const at = await folder();
  const [second = ""] = await shards(at, 2);
  const first = at("stopped.jsonl");
  const drain = new AbortController();
  const stopped = await build(first, "1/2", {
    concurrency: 1,
    drain: drain.signal,
    onEntry: () => drain.abort(),
  });
  const { problems: own, complete } = stopped;
  const figures = await mergePool([first, second], { out: at("merged.jsonl") });
  expect(figures).toMatchObject({ incomplete: own - complete, problems: 12 - (own - complete) });
  // Two copies of a shard, one of them more complete, are no contradiction.
  const all = await mergePool([first, second, at("shard-1.jsonl")], { out: at("merged.jsonl") });
  expect(all).toMatchObject({ problems: 12, incomplete: 0, repeated: complete });
});

test("a problem with two contents, shards of two pools, torn and foreign files are refused", async () => {
  const at = await folder();
  const [second = "", first = ""] = await shards(at, 2);
  const merge = (...paths: string[]) => mergePool(paths, { out: at("merged.jsonl") });
  await build(at("seed.jsonl"), "1/2", { seed: 9 });
  await expect(merge(at("seed.jsonl"), second)).rejects.toThrow("differ in seed (9 and 0)");
  await build(at("thirds.jsonl"), "1/3");
  await expect(merge(at("thirds.jsonl"), second)).rejects.toThrow("are shards 1/3 and 2/2");
  const text = await readFile(first, "utf8");
  await writeFile(at("other.jsonl"), text.replace("boxed{", "boxed{1"));
  await expect(merge(first, at("other.jsonl"), second)).rejects.toThrow("with different content");
  const lines = text.trimEnd().split("\n");
  await writeFile(at("short.jsonl"), lines.slice(0, -1).join("\n"));
  await expect(merge(at("short.jsonl"), second)).rejects.toThrow(
    /ends after \d+ of \d+ problems; it is torn/,
  );
  await copyFile(first, at("torn.jsonl"));
  await truncate(at("torn.jsonl"), text.length - 20);
  await expect(merge(at("torn.jsonl"), second)).rejects.toThrow("has no problem in line");
  await writeFile(at("long.jsonl"), `${text}${lines.at(-1)}\n`);
  await expect(merge(at("long.jsonl"), second)).rejects.toThrow("has more problems than");
  await build(at("whole.jsonl"));
  await expect(merge(at("whole.jsonl"), second)).rejects.toThrow("is no shard");
  await writeFile(at("empty.jsonl"), "");
  await expect(merge(at("empty.jsonl"), second)).rejects.toThrow("is no shard");
  await writeFile(at("killed.jsonl.partial"), "");
  await expect(merge(at("killed.jsonl"), second)).rejects.toThrow("its build was killed");
  await expect(merge(at("none.jsonl"), second)).rejects.toThrow("is no file");
  expect(await readdir(at("."))).not.toContain("merged.jsonl");
});

test("naming no file for the pool costs no shard", async () => {
  const at = await folder();
  const [second = "", first = ""] = await shards(at, 2);
  const before = await readFile(first, "utf8");
  for (const rest of [[second], [second, first]])
    await expect(mergePool(rest, { out: first, allowMissing: true })).rejects.toThrow("is a shard");
  expect(await readFile(first, "utf8")).toBe(before);
});
