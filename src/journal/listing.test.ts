import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { header, journalPath, result, testStore, trajectory } from "../../test/support/journal-samples.ts";
import { userPrompt } from "../core/solve.ts";
import { decode } from "./codec.ts";

test("a list shows newest first what is known without reading trajectories", async () => {
  const store = await testStore();
  const call = { prompt: userPrompt("\n  First line\u0000 of it \nsecond") };
  const old = await store.run(header("old", { createdAt: 1000, widths: [32, 4], call }));
  await old.putTrajectory(trajectory(0));
  await old.putTrajectory(trajectory(1, { outcome: "cut-off" }));
  await old.putResult(result("old"));
  await store.run(header("new", { createdAt: 2000, call: "no prompt at all" }));
  const [second, first] = store.list();
  expect(first).toEqual({
    runId: "old",
    state: "finished",
    createdAt: 1000,
    finishedAt: expect.any(Number),
    model: "embedded",
    widths: [32, 4],
    title: "First line of it",
    trajectories: { finished: 1, failed: 0, cutOff: 1, cancelled: 0 },
    inputTokens: 200,
    outputTokens: 84,
  });
  expect(second).toMatchObject({ runId: "new", state: "running", title: "", owner: { pid: process.pid } });
});

test("a run given up is interrupted until it is taken up again", async () => {
  const store = await testStore();
  const run = await store.run(header("r"));
  await run.close();
  expect(store.get("r")?.state).toBe("interrupted");
  await expect(run.putTrajectory(trajectory(0))).rejects.toThrow("it was closed");
  await store.run(header("r"));
  expect(store.get("r")?.state).toBe("running");
});

test("ids are found by their beginning, taken literally", async () => {
  const store = await testStore();
  for (const id of ["ab%1", "ab_2", "b", "漢字"]) await store.run(header(id));
  expect(store.match("ab")).toEqual(["ab%1", "ab_2"]);
  expect(store.match("ab_")).toEqual(["ab_2"]);
  expect(store.match("漢")).toEqual(["漢字"]);
  expect(store.match("", 2)).toHaveLength(2);
  expect(store.match("%")).toEqual([]);
});

test("an export holds everything, a line each", async () => {
  const store = await testStore();
  const run = await store.run(header("r"));
  const round = { round: 1, messages: ["a\nb"], notes: [], last: true };
  await run.putTrajectory(trajectory(0));
  await run.putRound(round);
  await run.putResult(result("r"));
  const lines = [...store.export("r")];
  expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  expect(lines.map((line) => decode(line))).toEqual([
    { type: "run", ...header("r") },
    { type: "trajectory", ...trajectory(0) },
    { type: "round", ...round },
    { type: "result", ...result("r") },
  ]);
  expect([...store.export("unknown")]).toEqual([]);
});

test("a deleted run is gone, the others stay, and its id is free again", async () => {
  const store = await testStore();
  for (const id of ["a", "b"]) {
    const run = await store.run(header(id));
    await run.putTrajectory(trajectory(0));
    await run.putRound({ round: 1, messages: [], notes: [], last: false });
    await run.putResult(result(id));
  }
  expect(await store.delete("a")).toBe(true);
  expect(await store.delete("a")).toBe(false);
  expect(store.get("a")).toBeUndefined();
  expect(store.get("b")?.result).toEqual(result("b"));
  const fresh = await store.run(header("a", { fingerprint: "other" }));
  expect(fresh.trajectories()).toEqual([]);
  expect(fresh.result()).toBeUndefined();
});

test("a run that is deleted while calls end late does not come back to life", async () => {
  const store = await testStore();
  const run = await store.run(header("r"));
  await run.putResult(result("r"));
  await store.delete("r");
  await expect(run.putTrajectory(trajectory(0))).rejects.toThrow("was its run deleted");
  expect(store.list()).toEqual([]);
});

test("the space of deleted runs goes back to the disk, and their text is not left in it", async () => {
  const path = journalPath();
  const store = await testStore(path);
  const run = await store.run(header("r"));
  for (let i = 0; i < 8; i++) await run.putTrajectory(trajectory(i, { message: "secret ".repeat(40_000) }));
  await run.putResult(result("r"));
  await store.delete("r");
  expect(await store.reclaim()).toBeGreaterThan(2e6);
  expect(statSync(path).size).toBeLessThan(200_000);
  expect(statSync(`${path}-wal`).size).toBe(0);
  await store.close();
  expect(readFileSync(path, "latin1")).not.toContain("secret");
});
