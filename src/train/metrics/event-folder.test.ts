import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { EventFolder } from "./event-folder.ts";
import { readEvents } from "./event-reader.ts";
import { scalarRecord, startRecord, versionRecord } from "./event-record.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-events-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const scalar = (step: number, scalars: Record<string, number>) =>
  scalarRecord({ wallTime: 5, step, scalars });

test("what was written is read back, float by float", () => {
  const bytes = Buffer.concat([
    versionRecord(1),
    startRecord(1),
    scalar(0, { zero: 0 }),
    scalar(300, { "train/reward": 0.25, "train/größe": -1.5 }),
    scalar(2 ** 40, { nan: Number.NaN, inf: Infinity }),
  ]);
  const { events, end } = readEvents(bytes);
  expect(end).toBe(bytes.length);
  expect(events).toEqual([
    { wallTime: 5, step: 0, scalars: { zero: 0 } },
    { wallTime: 5, step: 300, scalars: { "train/reward": 0.25, "train/größe": -1.5 } },
    { wallTime: 5, step: 2 ** 40, scalars: { nan: Number.NaN, inf: Infinity } },
  ]);
});

test("a file cut off anywhere has its whole records, and says where to go on", () => {
  const parts = [versionRecord(1), scalar(1, { a: 1 }), scalar(2, { a: 2 })];
  const bytes = Buffer.concat(parts);
  for (let length = 0; length <= bytes.length; length++) {
    const { events, end } = readEvents(bytes.subarray(0, length));
    const rest = readEvents(bytes.subarray(end));
    expect([...events, ...rest.events].map(({ step }) => step)).toEqual([1, 2]);
  }
});

test("a flipped bit anywhere never gives another figure", () => {
  const bytes = Buffer.concat([scalar(1, { a: 1 }), scalar(2, { a: 2 })]);
  const good = JSON.stringify(readEvents(bytes).events);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ 0x10;
    const { events } = readEvents(damaged);
    expect(good.startsWith(JSON.stringify(events).slice(0, -1))).toBe(true);
    expect(events.length).toBeLessThan(2);
  }
});

test("a folder is followed from before it exists, through torn ends and new files", async () => {
  const late = join(folder, "later");
  const events = new EventFolder(late);
  const steps = async () => (await events.poll()).map(({ step }) => step);
  expect(await steps()).toEqual([]);
  await mkdir(late);
  const second = scalar(2, { a: 2 });
  const first = join(late, "events.out.tfevents.100.host.7.0");
  await writeFile(first, Buffer.concat([versionRecord(1), scalar(1, { a: 1 }), second.subarray(0, 9)]));
  expect(await steps()).toEqual([1]);
  expect(await steps()).toEqual([]);
  await appendFile(first, second.subarray(9));
  await writeFile(join(late, "events.out.tfevents.1000.host.8.0"), scalar(3, { a: 3 }));
  await writeFile(join(late, "notes.txt"), "nothing");
  expect(await steps()).toEqual([2, 3]);
});

test("zeros at the end of a file are waited out", async () => {
  const path = join(folder, "events.out.tfevents.1.host.1.0");
  const events = new EventFolder(folder);
  const bytes = Buffer.concat([scalar(1, { a: 1 }), scalar(2, { a: 2 })]);
  const hidden = Buffer.from(bytes);
  hidden.fill(0, bytes.length / 2);
  await writeFile(path, hidden);
  expect((await events.poll()).map(({ step }) => step)).toEqual([1]);
  await writeFile(path, bytes);
  expect((await events.poll()).map(({ step }) => step)).toEqual([2]);
});
