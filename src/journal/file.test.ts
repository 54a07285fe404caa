import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { header, journalPath, testStore, trajectory } from "../../test/support/journal-samples.ts";
import { APPLICATION_ID } from "./schema.ts";
import { openJournal } from "./store.ts";

/** Refused with the path and words that match; and every byte and file is as before. */
async function expectRefused(path: string, words: RegExp) {
  const folder = dirname(path);
  const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "base64")]);
  const error: Error = await openJournal(path).then(
    () => new Error("opened"),
    (error) => error,
  );
  expect(error).toMatchObject({ name: "JournalError", path, message: expect.stringMatching(words) });
  expect(error.message).toContain(path);
  expect(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "base64")])).toEqual(
    before,
  );
}

/** A closed journal with some records, at a new path. */
async function filledJournal(): Promise<string> {
  const path = journalPath();
  const store = await openJournal(path);
  const run = await store.run(header("r"));
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => run.putTrajectory(trajectory(i, { message: "x".repeat(9000) }))),
  );
  await store.close();
  return path;
}

test("a new journal and its folder are for this user alone", async () => {
  const path = join(dirname(journalPath()), "a", "b", "journal.db");
  const run = await (await testStore(path)).run(header("r"));
  await run.putTrajectory(trajectory(0));
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  const modes = readdirSync(dirname(path)).map((name) => statSync(join(dirname(path), name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
});

test("a closed journal is one file, and a second process's file beside it is gone", async () => {
  const path = await filledJournal();
  expect(readdirSync(dirname(path))).toEqual(["journal.db"]);
});

test("a journal that is to be there already is not made", async () => {
  const path = journalPath();
  await expect(openJournal(path, { create: false })).rejects.toThrow(`${path} does not exist`);
  expect(existsSync(path)).toBe(false);
});

test("a file that is no database is refused and left as it is", async () => {
  const path = journalPath();
  writeFileSync(path, "my diary\n".repeat(500));
  await expectRefused(path, /is not a journal, and was left as it is\. Move it away .* --journal/);
});

test("another program's database is refused and left as it is, its unwritten log too", async () => {
  for (const crashed of [false, true]) {
    const path = journalPath();
    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    other.exec("PRAGMA journal_mode = WAL; CREATE TABLE runs (run_id TEXT); INSERT INTO runs VALUES ('a')");
    if (!crashed) other.exec("PRAGMA journal_mode = DELETE");
    await expectRefused(path, /belongs to another program/);
  }
});

test("a journal of a later version is refused and left as it is", async () => {
  const path = journalPath();
  const later = new DatabaseSync(path);
  later.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 99; CREATE TABLE t (x)`);
  later.close();
  await expectRefused(path, /newer pacore \(format 99, this one knows 1\); update/);
});

test("a journal torn at any place is refused and left as it is", async () => {
  for (const size of [0, 1, 99, 100, 16_384, 100_001]) {
    const path = await filledJournal();
    truncateSync(path, size);
    await expectRefused(path, /is damaged/);
  }
});

test("a hole in the middle is found when it is read, with the path", async () => {
  const path = await filledJournal();
  const bytes = readFileSync(path);
  bytes.fill(0, 16_384 * 3);
  writeFileSync(path, bytes);
  const store = await testStore(path);
  expect(() => [...store.trajectories("r")]).toThrow(/journal\.db is damaged/);
});

test("a log whose journal is gone is not replayed into a new one", async () => {
  const path = journalPath();
  writeFileSync(`${path}-wal`, "a log");
  await expectRefused(path, /is missing, but its log .*journal\.db-wal is there/);
});

test("a folder in the place of the journal, or a file in that of its folder, is an error with the path", async () => {
  const folder = journalPath();
  mkdirSync(folder);
  await expect(openJournal(folder)).rejects.toThrow(folder);
  const file = journalPath();
  writeFileSync(file, "");
  await expect(openJournal(join(file, "journal.db"))).rejects.toThrow(/(EEXIST|ENOTDIR).*--journal/s);
});

test("a journal that may not be written is refused before anything is paid for", async () => {
  const path = await filledJournal();
  chmodSync(path, 0o444);
  chmodSync(dirname(path), 0o755);
  // Root may write anything: be somebody else for a moment.
  const { geteuid, seteuid } = process;
  if (geteuid?.() === 0) {
    onTestFinished(() => seteuid?.(0));
    seteuid?.(65_534);
  }
  await expect(openJournal(path)).rejects.toThrow(`${path} is read-only; make it writable`);
});

test("two names of one journal are one journal", async () => {
  const path = journalPath();
  const alias = `${path}.alias`;
  const store = await testStore(path);
  symlinkSync(path, alias);
  await store.run(header("r"));
  const other = await testStore(alias);
  await expect(other.run(header("r"))).rejects.toThrow("has run r open in this process");
});

test("many that create one journal at the same time use the same one", async () => {
  const path = journalPath();
  const stores = await Promise.all(Array.from({ length: 8 }, () => testStore(path)));
  await Promise.all(stores.map((store, i) => store.run(header(`r${i}`))));
  expect(stores[0]?.match("r")).toHaveLength(8);
});
