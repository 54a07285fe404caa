import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { APICallError } from "@ai-sdk/provider";
import { expect, onTestFinished, test } from "vitest";
import { UpstreamDownError } from "../../core/errors.ts";
import { Meter } from "../../core/meter.ts";
import { graderFor } from "../../data/grader.ts";
import type { Problem } from "../../data/problem.ts";
import { type Script, type ScriptedCall, scriptedModel } from "../../testing/scripted-model.ts";
import { judgeVerifier } from "../../verify/judge.ts";
import { right, unscored } from "../../verify/score.ts";
import { type BuildPoolOptions, buildPool } from "./build-pool.ts";
import { readPool } from "./pool-entry.ts";

async function folderOf() {
  const folder = await mkdtemp(join(tmpdir(), "pacore-build-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const problems = (count: number, kind: Problem["kind"] = "math"): Problem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `p${i}`,
    prompt: `${i} + 1?`,
    answer: `${i + 1}`,
    kind,
  }));

const numberIn = ({ prompt }: ScriptedCall) => Number(/(\d+) \+ 1\?/.exec(JSON.stringify(prompt))?.[1]);

/** Right two times in three, as the call's own seed decides. */
const sums: Script = (call) => ({
  reasoning: "Let me see.",
  text: `\\boxed{${(call.seed ?? 0) % 3 === 0 ? 999 : numberIn(call) + 1}} ${call.seed}`,
});

async function build(
  out: string,
  count: number,
  options: Partial<BuildPoolOptions> & { script?: Script; kind?: Problem["kind"] } = {},
) {
  const { script = sums, kind, ...rest } = options;
  const model = scriptedModel(script);
  const outcome = await buildPool(problems(count, kind), {
    model,
    out,
    size: 4,
    grader: (one) => graderFor(one),
    coordinate: { retryDelayMs: 0 },
    ...rest,
  });
  return { outcome, model };
}

const entriesOf = (out: string) => Array.fromAsync(readPool(out));

test("every problem gets its messages, scored, in the order of the data, and only the pool and its journal stay", async () => {
  const folder = await folderOf();
  const out = join(folder, "pool.jsonl");
  const slowFirst: Script = async (call) => ({
    ...((await sums(call)) as object),
    delayMs: numberIn(call) === 0 ? 30 : 0,
  });
  const { outcome, model } = await build(out, 5, { script: slowFirst });
  expect(outcome).toMatchObject({ end: "done", complete: 5, messages: 20, lost: 0, unscored: 0, ended: 20 });
  expect(model.calls).toHaveLength(20);
  const entries = await entriesOf(out);
  expect(entries.map(({ problem }) => problem)).toEqual(problems(5));
  for (const { messages } of entries) {
    expect(messages).toHaveLength(4);
    for (const { text, score } of messages) expect(score).toBe(text.includes("999") ? 0 : 1);
  }
  expect(await readdir(folder)).toEqual(["pool.jsonl", "pool.jsonl.db"]);
});

test("stopped after any number of calls and run again, nothing is paid twice and the pool is that of one life", async () => {
  const folder = await folderOf();
  const whole = join(folder, "whole.jsonl");
  await build(whole, 3);
  for (const together of [false, true]) {
    for (const stopAt of [1, 4, 6, 11]) {
      const out = join(folder, `stopped-${stopAt}-${together}.jsonl`);
      const abort = new AbortController();
      const stopping: Script = (call) => {
        if (call.number === stopAt) abort.abort(new Error("stopped"));
        return sums(call);
      };
      const first = await build(out, 3, { script: stopping, abort: abort.signal, concurrency: 2, together });
      expect(first.outcome.end).toBe("interrupted");
      const second = await build(out, 3, { concurrency: 2, together });
      expect(second.outcome).toMatchObject({ end: "done", complete: 3, messages: 12 });
      // What was in flight when it stopped is asked again.
      expect(first.model.calls.length + second.model.calls.length).toBeLessThanOrEqual(12 + 2);
      expect(await readFile(out, "utf8")).toBe(await readFile(whole, "utf8"));
    }
  }
});

test("a draining build finishes its calls, starts none, and goes on", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const drain = new AbortController();
  const draining: Script = (call) => {
    if (call.number === 5) drain.abort();
    return sums(call);
  };
  const first = await build(out, 3, { script: draining, drain: drain.signal, concurrency: 2 });
  expect(first.outcome).toMatchObject({ end: "interrupted", complete: 1 });
  expect(first.model.calls.length).toBeLessThan(9);
  expect(await entriesOf(out)).toHaveLength(1);
  const second = await build(out, 3);
  expect(first.model.calls.length + second.model.calls.length).toBe(12);
});

test("a torn line and a lost file are made again from the journal, without a call", async () => {
  const folder = await folderOf();
  const out = join(folder, "pool.jsonl");
  await build(out, 3);
  const whole = await readFile(out, "utf8");
  const lines = whole.split("\n");
  await rm(out);
  await writeFile(`${out}.partial`, `${lines[2]}\n${lines[0]?.slice(0, 50)}`);
  const again = await build(out, 3);
  expect(again.model.calls).toHaveLength(0);
  expect(again.outcome).toMatchObject({ resumed: 1, complete: 3, missing: 0 });
  expect(await readFile(out, "utf8")).toBe(whole);
});

test("more problems extend a pool; other settings, another problem or other data are refused", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  await build(out, 2);
  const { outcome, model } = await build(out, 3);
  expect(model.calls).toHaveLength(4);
  expect(outcome).toMatchObject({ problems: 3, resumed: 2, messages: 12 });
  await expect(build(out, 3, { size: 5 })).rejects.toThrow(
    "another widths ([4], now [5]); name another file",
  );
  await expect(build(out, 3, { seed: 1 })).rejects.toThrow("another seed");
  await expect(build(out, 1)).rejects.toThrow("holds p1, which the data does not have");
  const changed = problems(3).map((one) => ({ ...one, answer: "0" }));
  const refused = buildPool(changed, { model, out, grader: (one) => graderFor(one) });
  await expect(refused).rejects.toThrow("another problem as p0");
});

test("a file that is no pool is left alone", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  await writeFile(out, '{"some": "text"}\n');
  await expect(build(out, 1)).rejects.toThrow("pool.jsonl:1 is no line of a pool");
  await appendFile(out, "");
  expect(await readFile(out, "utf8")).toBe('{"some": "text"}\n');
});

test("a second build of the same pool is refused while the first one runs", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  let second: Promise<unknown> | undefined;
  const script: Script = async (call) => {
    second ??= build(out, 1).catch((error: Error) => error.message);
    await second;
    return sums(call);
  };
  await build(out, 1, { script });
  expect(await second).toMatch(/is being built by process \d+/);
});

test("a trajectory that is cut off is asked once more; then its place stays empty, and is counted", async () => {
  const folder = await folderOf();
  const cut: Script = (call) =>
    (call.seed ?? 0) % 2 === 0 ? { reasoning: "and then", finish: "length" } : sums(call);
  const retried = await build(join(folder, "a.jsonl"), 4, { script: cut });
  const { lost, messages, cutOff } = retried.outcome;
  expect(lost + messages).toBe(16);
  expect(retried.model.calls.length).toBe(16 + cutOff - lost);
  const dropped = await build(join(folder, "b.jsonl"), 4, { script: cut, coordinate: { onCutOff: "drop" } });
  expect(dropped.model.calls).toHaveLength(16);
  expect(dropped.outcome.lost).toBe(dropped.outcome.cutOff);
  const none = await build(join(folder, "c.jsonl"), 1, {
    script: () => ({ reasoning: "…", finish: "length" }),
  });
  expect(none.outcome).toMatchObject({
    end: "done",
    complete: 1,
    messages: 0,
    lost: 4,
    cutOff: 8,
    accuracy: undefined,
  });
  expect((await entriesOf(join(folder, "c.jsonl")))[0]?.messages).toEqual([]);
});

test("a problem whose calls fail is told, the rest is built, and the next life asks it again", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const failing: Script = (call) => {
    if (numberIn(call) === 1)
      throw new APICallError({ message: "no such sum", url: "", requestBodyValues: {}, statusCode: 400 });
    return sums(call);
  };
  const first = await build(out, 3, { script: failing });
  expect(first.outcome).toMatchObject({
    end: "done",
    complete: 2,
    failed: 1,
    failures: [{ id: "p1", reason: "no such sum" }],
  });
  expect((await entriesOf(out)).map(({ problem }) => problem.id)).toEqual(["p0", "p2"]);
  const second = await build(out, 3);
  expect(second.model.calls).toHaveLength(4);
  expect((await entriesOf(out)).map(({ problem }) => problem.id)).toEqual(["p0", "p1", "p2"]);
});

test("an endpoint that answers nothing ends the build with an error; what finished is in the file", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const dying: Script = (call) => {
    if (numberIn(call) > 0)
      throw new APICallError({ message: "gone", url: "", requestBodyValues: {}, statusCode: 400 });
    return sums(call);
  };
  await expect(build(out, 100, { script: dying })).rejects.toThrow(UpstreamDownError);
  expect(await entriesOf(out)).toHaveLength(1);
});

test("each distinct message is verified once, and unscored is not wrong", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const seen: string[] = [];
  const grader = () => ({
    score: (message: string) => {
      seen.push(message);
      return message === "b" ? unscored("cannot tell") : right(message, "");
    },
  });
  const letters: Script = (call) => (call.number % 2 === 0 ? "a" : "b");
  const { outcome } = await build(out, 1, { script: letters, size: 24, concurrency: 1, grader });
  expect(seen.toSorted()).toEqual(["a", "b"]);
  expect(outcome).toMatchObject({ messages: 24, unscored: 12, accuracy: 1, unscoredBecause: "cannot tell" });
  expect((await entriesOf(out))[0]?.messages.filter(({ score }) => score === null)).toHaveLength(12);
});

test("a problem whose gold answer cannot be read fails alone, before it is paid", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const grader: BuildPoolOptions["grader"] = (one) =>
    graderFor(one.id === "p0" ? { ...one, answer: { not: 1 }, kind: "choice", options: { flags: 1 } } : one);
  const { outcome, model } = await build(out, 2, { grader });
  expect(outcome).toMatchObject({ complete: 1, failed: 1, failures: [{ id: "p0" }] });
  expect(model.calls).toHaveLength(4);
});

test("a budget is kept over all lives, a judge's calls included", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const meter = new Meter();
  const judge = judgeVerifier(meter.wrap(scriptedModel(() => ({ text: "VERDICT: CORRECT", tokens: 10 }))));
  const script: Script = (call) => ({ text: `${call.seed}`, tokens: 10 });
  const options = {
    script,
    meter,
    call: { maxOutputTokens: 10 },
    concurrency: 1,
    kind: "judge" as const,
    grader: (one: Problem) => graderFor(one, { judge }),
  };
  const first = await build(out, 3, { ...options, budgetTokens: 100 });
  expect(first.outcome).toMatchObject({ end: "budget", complete: 1 });
  // One call of the judge was under way.
  expect(first.outcome.spent.output).toBeLessThanOrEqual(110);
  const second = await build(out, 3, { ...options, budgetTokens: first.outcome.spent.output });
  expect(second.outcome).toMatchObject({ end: "budget", spent: first.outcome.spent });
  expect(second.model.calls).toHaveLength(0);
  const third = await build(out, 3, { ...options, budgetTokens: 1000 });
  expect(third.outcome).toMatchObject({ end: "done", complete: 3, resumed: 1 });
});

test("the journal can keep conclusions alone, and goes on from them", async () => {
  const folder = await folderOf();
  for (const keepReasoning of [true, false]) {
    const out = join(folder, `${keepReasoning}.jsonl`);
    await build(out, 1, { keepReasoning });
    expect((await readFile(`${out}.db`)).includes("Let me see.")).toBe(keepReasoning);
    await rm(out);
    const { model } = await build(out, 1, { keepReasoning });
    expect(model.calls).toHaveLength(0);
  }
});

test("calls that start together wait until all have a place", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const order: number[] = [];
  const script: Script = (call) => {
    order.push(numberIn(call));
    return sums(call);
  };
  const { model } = await build(out, 3, { script, together: true, concurrency: 6 });
  expect(order).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  expect(model.peakInFlight()).toBeLessThanOrEqual(6);
});

test("ids may be anything, and what has no problem or no size is refused", async () => {
  const out = join(await folderOf(), "pool.jsonl");
  const odd = [`a\n${"x".repeat(600)}`, "😀", "problem p0"].map((id, i) => ({
    ...(problems(i + 1)[i] as Problem),
    id,
  }));
  const model = scriptedModel(sums);
  const outcome = await buildPool(odd, { model, out, size: 2, grader: (one) => graderFor(one) });
  expect(outcome.complete).toBe(3);
  expect((await entriesOf(out)).map(({ problem }) => problem.id)).toEqual(odd.map(({ id }) => id));
  await expect(build(out, 0)).rejects.toThrow("has no problem");
  await expect(build(out, 1, { size: 0 })).rejects.toThrow("size: 0 is not a positive integer");
});
