import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { exampleEvaluation, exampleIteration } from "./example-metrics.ts";
import { openRunLog } from "./run-log.ts";
import { TensorBoardFile } from "./tensorboard-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-board-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** CRC-32C by long division, bit by bit, and the mask: shares nothing with the table in the source. */
function maskedBitwise(data: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of data) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number(((((crc >> 15n) | (crc << 17n)) % 2n ** 32n) + 0xa282ead8n) % 2n ** 32n);
}

type Field = { field: number; value: bigint | Buffer };

/** Any protobuf message: fields with their numbers; 32 and 64 bit values as bytes. */
function decode(message: Buffer): Field[] {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  const fields: Field[] = [];
  while (at < message.length) {
    const key = varint();
    const read = { 0: varint, 1: () => take(8), 2: () => take(Number(varint())), 5: () => take(4) };
    fields.push({ field: Number(key >> 3n), value: read[Number(key & 7n) as keyof typeof read]() });
  }
  return fields;
}

/** The records of a TFRecord file, every checksum compared. */
function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(maskedBitwise(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedBitwise(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

const one = (fields: Field[], number: number) => fields.find(({ field }) => field === number)?.value;

function event(record: Buffer) {
  const fields = decode(record);
  const summary = one(fields, 5) as Buffer | undefined;
  const values = summary ? decode(summary).map(({ value }) => decode(value as Buffer)) : [];
  return {
    wallTime: (one(fields, 1) as Buffer).readDoubleLE(),
    step: Number(one(fields, 2) ?? 0n),
    version: one(fields, 3)?.toString(),
    /** `SessionLog.status`: 1 is a start. */
    session: Number(one(decode((one(fields, 7) as Buffer | undefined) ?? Buffer.alloc(0)), 1) ?? 0n),
    scalars: Object.fromEntries(
      values.map((value) => [String(one(value, 1)), (one(value, 2) as Buffer).readFloatLE()]),
    ),
  };
}

const eventsIn = async (path: string) => records(await readFile(path)).map(event);
const eventFiles = async () => (await readdir(folder)).filter((name) => name.includes("tfevents"));

test("an independent decoder finds the version, every step, and values to float32", async () => {
  const file = await TensorBoardFile.open({ folder, now: () => 1_700_000_000_500 });
  await file.addIteration(exampleIteration(1));
  await file.addIteration(exampleIteration(300, { reward: 0.1 }));
  await file.close();
  const [first, start, ...events] = await eventsIn(file.path);
  expect(first).toMatchObject({ version: "brain.Event:2", wallTime: 1_700_000_000.5, scalars: {} });
  expect(start).toMatchObject({ session: 1, step: 0, scalars: {} });
  expect(events.map(({ step }) => step)).toEqual([1, 300]);
  expect(events[0]?.scalars).toMatchObject({
    "reward/mean": 0.25,
    "reward_by_kind/worklist": 0.25,
    "policy/loss": Math.fround(-0.001),
    "policy/ratio_max_deviation": Math.fround(2.5e-7),
    "time/sampling": 5,
    "tokens/sampled": 60_000,
  });
  expect(events[1]?.scalars["reward/mean"]).toBe(Math.fround(0.1));
});

test("every number of an iteration has a name, and no two share one", async () => {
  const file = await TensorBoardFile.open({ folder });
  const leaves = (value: unknown): unknown[] =>
    value !== null && typeof value === "object" ? Object.values(value).flatMap(leaves) : [value];
  const metrics = exampleIteration(1, { crossChecking: 0.5, coverage: 0.5, soloReward: 0.5 });
  await file.addIteration(metrics);
  await file.close();
  const told = (await eventsIn(file.path)).at(-1);
  // The iteration itself is the step.
  expect(Object.keys(told?.scalars ?? {})).toHaveLength(leaves(metrics).length - 1);
});

test("what could not be measured is left out", async () => {
  const file = await TensorBoardFile.open({ folder });
  await file.addIteration(
    exampleIteration(1, { entropy: Number.NaN, valueLoss: Number.POSITIVE_INFINITY, klToStart: null }),
  );
  await file.close();
  const told = (await eventsIn(file.path)).at(-1);
  expect(told?.scalars).not.toHaveProperty(["policy/entropy"]);
  expect(told?.scalars).not.toHaveProperty(["critic/loss"]);
  expect(told?.scalars).not.toHaveProperty(["policy/kl_to_start"]);
});

test("a resumed run is one file with each iteration once, its clock going back from now", async () => {
  const first = await openRunLog({ folder });
  await first.addEvaluation(exampleEvaluation(0));
  for (let iteration = 1; iteration <= 5; iteration++) await first.addIteration(exampleIteration(iteration));
  await first.close();
  const second = await openRunLog({ folder, after: 3 });
  await second.addIteration(exampleIteration(4, { reward: 0.5 }));
  await second.addEvaluation(exampleEvaluation(4));
  await second.close();
  const events = (await Promise.all((await eventFiles()).map((name) => eventsIn(join(folder, name)))))
    .flat()
    .slice(2);
  expect(events.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 4]);
  expect(events[0]?.scalars).toMatchObject({
    "evaluation/[4]": 0.5,
    "evaluation_error/[4]": Math.fround(0.02),
  });
  expect(events[4]?.scalars["reward/mean"]).toBe(0.5);
  expect((events[3]?.wallTime ?? 0) - (events[1]?.wallTime ?? 0)).toBeCloseTo(20, 3);
});

test("another program's file stays; of ours one is left, emptied, beside the new one", async () => {
  await writeFile(join(folder, "events.out.tfevents.1.other"), "theirs");
  await writeFile(join(folder, "events.out.tfevents.2.pacore.1"), "");
  await writeFile(join(folder, "events.out.tfevents.3.pacore.1"), "ours");
  await (await TensorBoardFile.open({ folder, now: () => 4000 })).close();
  const names = (await eventFiles()).sort();
  expect(names).toEqual([
    "events.out.tfevents.1.other",
    "events.out.tfevents.3.pacore.1",
    `events.out.tfevents.4.pacore.${process.pid}`,
  ]);
  expect(await readFile(join(folder, names[0] as string), "utf8")).toBe("theirs");
  expect(await readFile(join(folder, names[1] as string), "utf8")).toBe("");
});

test("a run that adds nothing has no file; a file without an iteration has a version", async () => {
  await (await openRunLog({ folder })).close();
  expect(await eventFiles()).toEqual([]);
  const file = await TensorBoardFile.open({ folder });
  await file.close();
  expect(await eventsIn(file.path)).toMatchObject([{ version: "brain.Event:2" }, { session: 1 }]);
});
