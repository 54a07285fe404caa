import { expect, test } from "vitest";
import { header, journalPath, result, testStore, trajectory } from "../../test/support/journal-samples.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { openJournal } from "./store.ts";

test("what was put is there after closing and opening again, in the order of the run", async () => {
  const path = journalPath();
  const store = await openJournal(path);
  const run = await store.run(header("r"));
  const puts = [trajectory(2), trajectory(0, { attempt: 1 }), trajectory(0), trajectory(0, { round: 2 })];
  await Promise.all(puts.map((put) => run.putTrajectory(put)));
  await run.putRound({ round: 1, messages: ["a", "b"], notes: ["n"], last: false });
  await store.close();

  const again = await (await testStore(path)).run(header("r"));
  expect(again.trajectories()).toEqual([puts[2], puts[1], puts[0], puts[3]]);
  expect(again.rounds()).toEqual([{ round: 1, messages: ["a", "b"], notes: ["n"], last: false }]);
  expect(again.result()).toBeUndefined();
  expect(again.header()).toEqual(header("r"));
});

test("a run's own records of this life are not among those of earlier lives", async () => {
  const run = await (await testStore()).run(header("r"));
  await run.putTrajectory(trajectory(0));
  await run.putRound({ round: 1, messages: [], notes: [], last: true });
  expect(run.trajectories()).toEqual([]);
  expect(run.rounds()).toEqual([]);
});

test("files, tool calls and half characters of a trajectory survive the disk", async () => {
  const path = journalPath();
  const store = await openJournal(path);
  const content: Trajectory["content"] = [
    { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([0, 255, 1]) } },
    { type: "tool-call", toolCallId: "c", toolName: "t", input: '{"a":"\\ud800"}' },
    { type: "text", text: "half \ud83d of one, 漢字 and \u0000" },
  ];
  await (await store.run(header("r"))).putTrajectory(trajectory(0, { content }));
  await store.close();
  const [back] = (await (await testStore(path)).run(header("r"))).trajectories();
  expect(back?.content).toEqual(content);
});

test("a record is stored as it was when it was put", async () => {
  const store = await testStore();
  const given = trajectory(0);
  const put = (await store.run(header("r"))).putTrajectory(given);
  given.message = "changed";
  await put;
  expect([...store.trajectories("r")][0]?.message).toBe("It is 0.");
});

test("a finished run can be read by any number, and takes nothing from those who only read it", async () => {
  const path = journalPath();
  const [one, two] = [await testStore(path), await testStore(path)];
  const run = await one.run(header("r"));
  await run.putResult(result("r"));
  const readers = [await one.run(header("r")), await two.run(header("r"))];
  for (const reader of readers) {
    expect(reader.result()).toEqual(result("r"));
    await expect(reader.putTrajectory(trajectory(0))).rejects.toThrow("it was finished before");
  }
});

test("calls that end after the result are still booked by the one that wrote it", async () => {
  const store = await testStore();
  const run = await store.run(header("r"));
  await run.putResult(result("r"));
  await run.putTrajectory(trajectory(3, { outcome: "cancelled" }));
  expect(store.get("r")).toMatchObject({ state: "finished", trajectories: { cancelled: 1 } });
});

test("the same record twice is one record; another one for its place is refused, and the first stays", async () => {
  const store = await testStore();
  const run = await store.run(header("r"));
  await Promise.all([run.putTrajectory(trajectory(0)), run.putTrajectory(trajectory(0))]);
  await expect(run.putTrajectory(trajectory(0, { message: "other" }))).rejects.toThrow(
    "another record for trajectory 1/0/0 of r already",
  );
  const round = { round: 1, messages: ["a"], notes: [], last: false };
  await run.putRound(round);
  await expect(run.putRound({ ...round, messages: ["b"] })).rejects.toThrow("another record for round 1");
  expect([...store.trajectories("r")]).toEqual([trajectory(0)]);
  expect(store.get("r")?.rounds).toEqual([round]);
});

test("one bad record fails alone; those put in the same turn are stored", async () => {
  const store = await testStore();
  const run = await store.run(header("r"));
  const bad = { ...trajectory(1), index: "one" as unknown as number };
  const huge = { ...trajectory(2), usage: { ...trajectory(2).usage, input: 1n as unknown as number } };
  const settled = await Promise.allSettled(
    [trajectory(0), bad, huge, trajectory(3)].map((put) => run.putTrajectory(put)),
  );
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect((settled[2] as PromiseRejectedResult).reason.message).toContain("cannot hold a record of r");
  expect([...store.trajectories("r")].map(({ index }) => index)).toEqual([0, 3]);
});

test("figures that are no numbers do not lose the trajectory", async () => {
  const store = await testStore();
  const usage = { ...trajectory(0).usage, output: Number.NaN };
  await (await store.run(header("r"))).putTrajectory(trajectory(0, { usage }));
  expect(store.list()[0]).toMatchObject({ outputTokens: 0, trajectories: { finished: 1 } });
});

test("closing stores what was put before, and refuses what comes after", async () => {
  const path = journalPath();
  const store = await openJournal(path);
  const run = await store.run(header("r"));
  const put = run.putTrajectory(trajectory(0));
  await store.close();
  await put;
  await expect(run.putTrajectory(trajectory(1))).rejects.toThrow("is closed");
  expect(() => store.list()).toThrow("is closed");
  expect([...(await testStore(path)).trajectories("r")]).toHaveLength(1);
});

test("an id that would not come back as it went in is refused", async () => {
  const store = await testStore();
  for (const runId of ["", "a\u0000b", "a\nb", "\ud800", "x".repeat(513)]) {
    await expect(store.run(header(runId))).rejects.toThrow("printable");
  }
});

test("an in-between record that was changed on disk is named, not passed on", async () => {
  const path = journalPath();
  const store = await testStore(path);
  await (await store.run(header("r"))).putTrajectory(trajectory(0));
  const { DatabaseSync } = await import("node:sqlite");
  const other = new DatabaseSync(path);
  other.exec("UPDATE payloads SET json = substr(json, 1, 20)");
  other.close();
  expect(() => [...store.trajectories("r")]).toThrow(/damaged \(record \d+ cannot be read\)/);
});
