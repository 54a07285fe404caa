import { maskedCrc32c } from "./crc32c.ts";
import type { ScalarEvent } from "./event-record.ts";

/** What bytes of a TensorBoard file hold. */
export interface ReadEvents {
  /** Events without scalars are left out. */
  events: ScalarEvent[];
  /** Offset behind the last whole record: where to go on reading when there is more. */
  end: number;
}

/** Length, and its CRC. */
const HEAD = 12;
const TAIL = 4;
/** A longer record is damage: a scalar's is a hundred bytes, a sample's text a megabyte. */
const MOST_BYTES = 1 << 28;

/**
 * The scalars among a file's records, from a record's beginning on. A record that is not all there yet, or damaged, ends
 * the reading: network file systems show zeros first, and what they stand for later.
 */
export function readEvents(bytes: Buffer): ReadEvents {
  const events: ScalarEvent[] = [];
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = Number(bytes.readBigUInt64LE(at));
    const whole = bytes.readUInt32LE(at + 8) === maskedCrc32c(bytes.subarray(at, at + 8));
    const next = at + HEAD + length + TAIL;
    if (!whole || length > MOST_BYTES || next > bytes.length) break;
    const data = bytes.subarray(at + HEAD, next - TAIL);
    if (bytes.readUInt32LE(next - TAIL) !== maskedCrc32c(data)) break;
    const event = scalarEvent(data);
    if (event) events.push(event);
    at = next;
  }
  return { events, end: at };
}

function scalarEvent(data: Buffer): ScalarEvent | undefined {
  let [wallTime, step] = [0, 0];
  const scalars: Record<string, number> = {};
  for (const { field, number, bytes } of fieldsOf(data)) {
    if (field === 1 && bytes) wallTime = bytes.readDoubleLE();
    if (field === 2 && number !== undefined) step = number;
    if (field === 5 && bytes) for (const value of fieldsOf(bytes)) addScalar(scalars, value.bytes);
  }
  return Object.keys(scalars).length > 0 ? { wallTime, step, scalars } : undefined;
}

/** `Summary.Value { string tag = 1; float simple_value = 2 }`; what holds a text or a tensor is passed over. */
function addScalar(scalars: Record<string, number>, value: Buffer | undefined): void {
  if (!value) return;
  let tag: string | undefined;
  let scalar: number | undefined;
  for (const { field, bytes } of fieldsOf(value)) {
    if (field === 1) tag = bytes?.toString("utf8");
    if (field === 2 && bytes?.length === 4) scalar = bytes.readFloatLE();
  }
  if (tag !== undefined && scalar !== undefined) scalars[tag] = scalar;
}

interface Field {
  field: number;
  /** Of wire type 0. */
  number?: number;
  /** Of all others. */
  bytes?: Buffer;
}

const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** The fields of a protobuf message, in their order. */
function* fieldsOf(data: Buffer): Generator<Field> {
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = data[at++];
      if (byte === undefined) return value;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  while (at < data.length) {
    const key = varint();
    const [field, type] = [Math.floor(key / 8), key % 8];
    if (type === 0) {
      yield { field, number: varint() };
      continue;
    }
    const length = type === 2 ? varint() : FIXED[type];
    // Groups, which nobody writes any more: what follows cannot be told apart.
    if (length === undefined || at + length > data.length) return;
    yield { field, bytes: data.subarray(at, at + length) };
    at += length;
  }
}
