import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { header, journalPath, testStore, trajectory } from "../../test/support/journal-samples.ts";
import { JournalBusyError } from "./errors.ts";

const HOLDER = fileURLToPath(new URL("../../test/support/journal-holder.ts", import.meta.url));

/** Another process with the run; its first lines as they come. */
function holder(path: string, runId: string, count = 1) {
  const child = spawn(process.execPath, [HOLDER, path, runId, String(count)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string | undefined;
  return { child, next };
}

async function kill(child: ChildProcess) {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const ownerFiles = (path: string) => readdirSync(dirname(path)).filter((name) => name.includes("-owner-"));

test("a run of a live process is refused with its pid; of a dead one it is taken over with all records", async () => {
  const path = journalPath();
  const store = await testStore(path);
  const { child, next } = holder(path, "r", 3);
  expect([await next(), await next()]).toEqual(["owned", "stored"]);
  const error = await store.run(header("r")).catch((error) => error);
  expect(error).toBeInstanceOf(JournalBusyError);
  expect(error).toMatchObject({
    pid: child.pid,
    message: expect.stringContaining(`process ${child.pid} on `),
  });
  expect(store.get("r")).toMatchObject({ state: "running", owner: { pid: child.pid } });
  await expect(store.delete("r")).rejects.toThrow(JournalBusyError);

  await kill(child);
  expect(store.get("r")?.state).toBe("interrupted");
  const run = await store.run(header("r"));
  expect(run.trajectories()).toEqual([trajectory(0), trajectory(1), trajectory(2)]);
  expect(ownerFiles(path)).toHaveLength(1);
});

test("of a log that is torn at its end, everything before comes back, and writing goes on", async () => {
  for (const [missing, whole] of [
    [5, 2],
    [0, 3],
  ] as const) {
    const path = journalPath();
    const { child, next } = holder(path, "r", 3);
    expect([await next(), await next()]).toEqual(["owned", "stored"]);
    await kill(child);
    truncateSync(`${path}-wal`, statSync(`${path}-wal`).size - missing);
    if (missing === 0) appendFileSync(`${path}-wal`, "half a frame");
    const run = await (await testStore(path)).run(header("r"));
    expect(run.trajectories()).toEqual([0, 1, 2].slice(0, whole).map((index) => trajectory(index)));
    await run.putTrajectory(trajectory(9));
  }
});

test("a stopped process is not a dead one", async () => {
  const path = journalPath();
  const { child, next } = holder(path, "r");
  // Until "stored" it may be stopped inside a transaction, and everyone else waits for the file, as they should.
  expect([await next(), await next()]).toEqual(["owned", "stored"]);
  child.kill("SIGSTOP");
  await expect((await testStore(path)).run(header("r"))).rejects.toThrow(JournalBusyError);
});

test("a process that ends by itself leaves its runs free and no file behind", async () => {
  const path = journalPath();
  const { child, next } = holder(path, "r");
  await next();
  child.stdin.end();
  await once(child, "exit");
  expect(readdirSync(dirname(path))).toEqual(["journal.db"]);
  expect((await testStore(path)).get("r")?.state).toBe("interrupted");
});

test("of many processes that want a dead one's run, one gets it", async () => {
  const path = journalPath();
  const first = holder(path, "r");
  await first.next();
  await kill(first.child);
  const said = await Promise.all(Array.from({ length: 5 }, () => holder(path, "r").next()));
  expect(said.toSorted()).toEqual([...Array(4).fill("JournalBusyError"), "owned"]);
});

test("two processes write their runs into one journal at the same time", async () => {
  const path = journalPath();
  const store = await testStore(path);
  const { next } = holder(path, "theirs", 100);
  expect(await next()).toBe("owned");
  const run = await store.run(header("ours"));
  for (let i = 0; i < 100; i++) await run.putTrajectory(trajectory(i));
  expect(await next()).toBe("stored");
  expect(store.list().map(({ trajectories }) => trajectories.finished)).toEqual([100, 100]);
});

test("one run is open once in a process, through one store or two", async () => {
  const path = journalPath();
  const [one, two] = [await testStore(path), await testStore(path)];
  const opened = await Promise.allSettled([one.run(header("r")), one.run(header("r")), two.run(header("r"))]);
  expect(opened.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect((opened[2] as PromiseRejectedResult).reason.message).toContain("open in this process");
});

test("another program's file under our prefix is neither removed nor in the way", async () => {
  const path = journalPath();
  const store = await testStore(path);
  writeFileSync(`${path}-owner-notes`, "not a lock ".repeat(100));
  await store.run(header("r"));
  expect(ownerFiles(path)).toHaveLength(2);
});

test("a run id that stands for something else is refused, and the error says what differs", async () => {
  const store = await testStore();
  await (await store.run(header("r"))).close();
  const other = header("r", {
    model: "http://h/v1#m",
    widths: [32, 4],
    settings: { seed: 8 },
    call: {},
    fingerprint: "f2",
  });
  const error = await store.run(other).catch((error) => error);
  expect(error.name).toBe("JournalMismatchError");
  expect(error.message).toContain(
    'another model ("embedded", now "http://h/v1#m"); widths ([4], now [32,4]); seed (7, now 8); problem or call settings',
  );
  expect(error.message).toContain("use another run id");
  await expect(store.run(header("r", { fingerprint: "f3" }))).rejects.toThrow("another fingerprint");
});
