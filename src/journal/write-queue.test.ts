import { execFile } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { journalPath, testStore } from "../../test/support/journal-samples.ts";
import { WriteQueue } from "./write-queue.ts";

function testQueue({ patienceMs = 30_000 } = {}) {
  const path = journalPath();
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x UNIQUE)");
  const queue = new WriteQueue(path, database, patienceMs);
  const put = (x: number | string, bytes = 0) =>
    queue.push(() => Number(database.prepare("INSERT INTO t VALUES (?)").run(x).lastInsertRowid), bytes);
  const stored = () =>
    database
      .prepare("SELECT x FROM t")
      .all()
      .map(({ x }) => x);
  return { path, database, queue, put, stored };
}

/** Counts transactions that were committed. */
function countCommits(database: DatabaseSync) {
  const counted = { commits: 0 };
  const exec = database.exec.bind(database);
  database.exec = (sql: string) => {
    if (sql === "COMMIT") counted.commits++;
    exec(sql);
  };
  return counted;
}

test("all writes of one turn share one transaction, and each gets its own value", async () => {
  const { database, put, stored } = testQueue();
  const counted = countCommits(database);
  expect(await Promise.all([put(1), put(2), put(3)])).toEqual([1, 2, 3]);
  expect(counted.commits).toBe(1);
  expect(stored()).toEqual([1, 2, 3]);
});

test("a great heap of bytes is split, so that no transaction holds up the process", async () => {
  const { database, put, stored } = testQueue();
  const counted = countCommits(database);
  await Promise.all([put(1, 3 << 20), put(2, 3 << 20), put(3, 9 << 20), put(4)]);
  expect(counted.commits).toBe(4);
  expect(stored()).toEqual([1, 2, 3, 4]);
});

test("nobody is told before the commit", async () => {
  const { database, put } = testQueue();
  const seen: string[] = [];
  const exec = database.exec.bind(database);
  database.exec = (sql: string) => {
    exec(sql);
    if (sql === "COMMIT") seen.push("commit");
  };
  await put(1).then(() => seen.push("told"));
  expect(seen).toEqual(["commit", "told"]);
});

test("what a failing write had done is undone, and the others of its transaction stay", async () => {
  const { database, queue, put, stored } = testQueue();
  const half = queue.push(() => {
    database.exec("INSERT INTO t VALUES ('half')");
    throw new Error("no");
  });
  const settled = await Promise.allSettled([put(1), half, put(1), put(2)]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  expect(stored()).toEqual([1, 2]);
});

test("if the disk takes only some, those are stored and the others are told", async () => {
  const { database, put, stored } = testQueue();
  database.exec("PRAGMA max_page_count = 12");
  const settled = await Promise.allSettled([put("a"), put("b".repeat(400_000)), put("c")]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((settled[1] as PromiseRejectedResult).reason).toMatchObject({ name: "JournalError", fault: "full" });
  expect(stored()).toEqual(["a", "c"]);
  database.exec("PRAGMA max_page_count = 1000");
  await put("d");
  expect(stored()).toEqual(["a", "c", "d"]);
});

test("a lock of another process is waited for without blocking, then the writes go on in order", async () => {
  const { path, put, stored } = testQueue();
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const puts = Promise.all([put(1), put(2)]);
  let turns = 0;
  while (turns < 20) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  expect(stored()).toEqual([]);
  other.exec("COMMIT");
  other.close();
  await puts;
  expect(stored()).toEqual([1, 2]);
});

test("patience with another process's lock ends with an error, and the next write is tried anew", async () => {
  const { path, put, stored } = testQueue({ patienceMs: 1 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  await expect(put(1)).rejects.toMatchObject({ fault: "locked" });
  other.exec("ROLLBACK");
  other.close();
  await put(2);
  expect(stored()).toEqual([2]);
});

test("a disk that fails while writing is an error, and what was stored before can be read", async () => {
  const path = journalPath();
  await (await testStore(path)).close();
  const script = `
    import { openJournal } from "./src/journal/index.ts";
    import { header, trajectory } from "./test/support/journal-records.ts";
    const store = await openJournal(${JSON.stringify(path)});
    const run = await store.run(header("r"));
    let stored = 0;
    try {
      for (;;) {
        await run.putTrajectory(trajectory(stored, { message: "x".repeat(50_000) }));
        stored++;
      }
    } catch (error) {
      console.log(JSON.stringify({ stored, name: error.name, fault: error.fault }));
    }`;
  // A limit on the size of files stands for the full disk.
  const command = 'ulimit -f 3000; exec "$0" --input-type=module-typescript -e "$1"';
  const { stdout } = await promisify(execFile)("bash", ["-c", command, process.execPath, script]);
  const { stored, name, fault } = JSON.parse(stdout);
  expect(name).toBe("JournalError");
  expect(["io", "full"]).toContain(fault);
  expect(stored).toBeGreaterThan(10);
  const store = await testStore(path);
  expect([...store.trajectories("r")]).toHaveLength(stored);
});
