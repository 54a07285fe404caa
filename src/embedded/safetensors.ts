import { elementCount, floats } from "./engine/host-tensor.ts";
import type { Weights } from "./weights.ts";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [start: number, end: number];
}

/** Largest header accepted, as in the reference reader. */
const MAX_HEADER_BYTES = 100_000_000;

/** Float32 tensors as a safetensors file: header length, JSON header padded to 8 bytes, raw data. */
export function writeSafetensors(tensors: Weights, metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: metadata };
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: "F32", shape: [...shape], data_offsets: [offset, offset + bytes.length] };
    chunks.push(bytes);
    offset += bytes.length;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...chunks]);
}

/** Read a file of float32 tensors. @throws If it is torn, or holds other types. */
export function readSafetensors(file: Uint8Array): { tensors: Weights; metadata: Record<string, string> } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const size = file.byteLength < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(size <= MAX_HEADER_BYTES && 8 + size <= file.byteLength)) throw torn();
  const text = new TextDecoder().decode(file.subarray(8, 8 + size));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(text) as Record<string, Entry> & {
    __metadata__?: Record<string, string>;
  };
  const tensors: Weights = new Map();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(entries)) {
    if (dtype !== "F32") throw new Error(`The tensor ${name} is ${dtype}; only F32 is supported.`);
    const [start, end] = [8 + size + range[0], 8 + size + range[1]];
    if (end > file.byteLength || end - start !== 4 * elementCount(shape)) throw torn();
    // Copied by hand: a Buffer's own slice() would share memory that is not aligned for floats.
    tensors.set(name, floats(shape, new Float32Array(Uint8Array.from(file.subarray(start, end)).buffer)));
  }
  return { tensors, metadata };
}

const torn = () => new Error("The safetensors file is damaged: its header does not fit its size.");
