/** A GGUF file as read back: enough of the format for what our writer writes, written apart from it. */
export interface GgufFile {
  version: number;
  metadata: Record<string, unknown>;
  /** `shape` is row-major; `offset` is from the start of the tensor data. */
  tensors: Map<string, { shape: number[]; type: number; offset: number; data: Float32Array }>;
  dataStart: number;
}

export function readGguf(file: Buffer): GgufFile {
  let at = 0;
  const take = (size: number) => {
    at += size;
    return at - size;
  };
  const u32 = () => file.readUInt32LE(take(4));
  const u64 = () => Number(file.readBigUInt64LE(take(8)));
  const text = () => {
    const size = u64();
    const start = take(size);
    return file.toString("utf8", start, start + size);
  };
  const value = (type: number): unknown => {
    if (type === 4) return u32();
    if (type === 5) return file.readInt32LE(take(4));
    if (type === 6) return file.readFloatLE(take(4));
    if (type === 7) return file.readUInt8(take(1)) === 1;
    if (type === 8) return text();
    if (type !== 9) throw new Error(`unexpected type ${type}`);
    const element = u32();
    return Array.from({ length: u64() }, () => value(element));
  };

  if (file.toString("latin1", take(4), 4) !== "GGUF") throw new Error("no GGUF file");
  const version = u32();
  const [tensorCount, entryCount] = [u64(), u64()];
  const metadata: Record<string, unknown> = {};
  for (let entry = 0; entry < entryCount; entry++) {
    const key = text();
    metadata[key] = value(u32());
  }
  const heads = Array.from({ length: tensorCount }, () => {
    const name = text();
    const shape = Array.from({ length: u32() }, u64).reverse();
    return { name, shape, type: u32(), offset: u64() };
  });
  const dataStart = Math.ceil(at / 32) * 32;
  const tensors = heads.map(({ name, ...head }) => {
    const size = head.shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, (_, i) =>
      file.readFloatLE(dataStart + head.offset + 4 * i),
    );
    return [name, { ...head, data }] as const;
  });
  return { version, metadata, tensors: new Map(tensors), dataStart };
}
