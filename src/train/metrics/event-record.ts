import { maskedCrc32c } from "./crc32c.ts";

/** A TensorBoard event, as far as scalars need it. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  scalars: Readonly<Record<string, number>>;
}

/** The first record of every event file. */
export const versionRecord = (wallTime: number): Buffer =>
  record(concat(double(1, wallTime), text(3, "brain.Event:2")));

/** `SessionLog { status = START }` at step 0: a reader that is watching forgets what it has read of the run. */
export const startRecord = (wallTime: number): Buffer =>
  record(concat(double(1, wallTime), bytes(7, integer(1, 1))));

/**
 * `Event { double wall_time = 1; int64 step = 2; Summary summary = 5 }` with
 * `Summary { repeated Value { string tag = 1; float simple_value = 2 } value = 1 }`, framed as a TFRecord. Written
 * by hand: the libraries for it are a native TensorFlow, or unmaintained shells around a protobuf compiler.
 */
export function scalarRecord({ wallTime, step, scalars }: ScalarEvent): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytes(1, concat(text(1, tag), float(2, value))),
  );
  return record(concat(double(1, wallTime), integer(2, step), bytes(5, concat(...values))));
}

/** `uint64 length, uint32 masked CRC of the length, data, uint32 masked CRC of the data`, little-endian. */
function record(data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc32c(data));
  return concat(head, data, tail);
}

const concat = (...parts: Buffer[]): Buffer => Buffer.concat(parts);

/** Base 128, low digits first; for what is not negative. */
function varint(value: number): Buffer {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return Buffer.from([...digits, rest]);
}

const key = (field: number, wireType: number): Buffer => varint(field * 8 + wireType);
const integer = (field: number, value: number): Buffer => concat(key(field, 0), varint(value));
const bytes = (field: number, value: Buffer): Buffer => concat(key(field, 2), varint(value.length), value);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

function double(field: number, value: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeDoubleLE(value);
  return concat(key(field, 1), data);
}

function float(field: number, value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return concat(key(field, 5), data);
}
