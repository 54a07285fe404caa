import { elementCount } from "../../embedded/engine/host-tensor.ts";

/** A value of the header with its type. */
export type GgufValue =
  | readonly ["uint32" | "float32", number]
  | readonly ["bool", boolean]
  | readonly ["string", string]
  | readonly ["int32s", readonly number[]]
  | readonly ["strings", readonly string[]];

export interface GgufTensor {
  name: string;
  /** Row-major, as everywhere here; the file names the fastest axis first. */
  shape: readonly number[];
  /** Asked for when it is written: no two tensors are made at once. */
  data: () => Float32Array;
}

const VERSION = 3;
/** Tensor data begins at multiples of this. */
const ALIGNMENT = 32;
/** Type numbers of the format. */
const TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_F32 = 0;

/**
 * A GGUF file of float32 tensors, piece by piece: magic, counts, metadata, one entry a tensor, then the data of
 * each, aligned. Little-endian throughout.
 * @throws If a tensor's data does not have its shape.
 */
export function* ggufChunks(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Generator<Uint8Array> {
  const entries = Object.entries(metadata);
  const header: Buffer[] = [
    Buffer.from("GGUF"),
    uint32(VERSION),
    uint64(tensors.length),
    uint64(entries.length),
  ];
  for (const [key, value] of entries) header.push(text(key), ...typed(value));
  let offset = 0;
  for (const { name, shape } of tensors) {
    header.push(text(name), uint32(shape.length), ...shape.toReversed().map(uint64));
    header.push(uint32(TENSOR_F32), uint64(offset));
    offset = aligned(offset + byteSize(shape));
  }
  yield* padded(Buffer.concat(header));
  for (const { name, shape, data } of tensors) {
    const { buffer, byteOffset, byteLength } = data();
    if (byteLength !== byteSize(shape)) throw new Error(`${name} has ${byteLength} bytes, not [${shape}].`);
    yield* padded(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

const byteSize = (shape: readonly number[]) => 4 * elementCount(shape);
const aligned = (size: number) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

function* padded(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
  const missing = aligned(bytes.length) - bytes.length;
  if (missing > 0) yield new Uint8Array(missing);
}

/** A value behind its type. */
function typed(value: GgufValue): Buffer[] {
  switch (value[0]) {
    case "uint32":
      return [uint32(TYPES.uint32), uint32(value[1])];
    case "float32":
      return [uint32(TYPES.float32), float32(value[1])];
    case "bool":
      return [uint32(TYPES.bool), Buffer.of(value[1] ? 1 : 0)];
    case "string":
      return [uint32(TYPES.string), text(value[1])];
    case "int32s":
      return [...array(TYPES.int32, value[1].length), ...value[1].map(int32)];
    case "strings":
      return [...array(TYPES.string, value[1].length), ...value[1].map(text)];
    default:
      return value satisfies never;
  }
}

const array = (type: number, length: number) => [uint32(TYPES.array), uint32(type), uint64(length)];

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

const number = (size: number, write: (to: Buffer) => number) => {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
};
const uint32 = (value: number) => number(4, (to) => to.writeUInt32LE(value));
const int32 = (value: number) => number(4, (to) => to.writeInt32LE(value));
const float32 = (value: number) => number(4, (to) => to.writeFloatLE(value));
const uint64 = (value: number) => number(8, (to) => to.writeBigUInt64LE(BigInt(value)));
