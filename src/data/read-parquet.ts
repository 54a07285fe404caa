import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { FileMetaData } from "hyparquet";
import { InvalidOptionError } from "../errors.ts";
import { type RowOrRejected, rowOf } from "./rows.ts";

/** Held in memory at once, unpacked: a record may have megabytes of tests. */
const BYTES_PER_READ = 16 << 20;
const MOST_ROWS_PER_READ = 2000;
/** Without an index of its pages a row group is read from its beginning for every slice of it. */
const MOST_SLICES_UNINDEXED = 16;
const SMALL_COLUMN_BYTES = 1 << 20;

/** hyparquet reads snappy and uncompressed files itself; Node has these. */
const COMPRESSORS = {
  GZIP: (input: Uint8Array) => gunzipSync(input),
  BROTLI: (input: Uint8Array) => brotliDecompressSync(input),
  ZSTD: (input: Uint8Array) => zstdDecompressSync(input),
};

/** A Parquet file, read in slices. A row's line is its number. */
export async function* readParquet(path: string): AsyncGenerator<RowOrRejected> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const explain = (cause: unknown) => {
    throw new InvalidOptionError("data", `${path} cannot be read as Parquet (${(cause as Error).message}).`, {
      cause,
    });
  };
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch(explain);
  for (const { rowStart, rowEnd } of slicesOf(metadata)) {
    const slice = { file, metadata, rowStart, rowEnd, compressors: COMPRESSORS, useOffsetIndex: true };
    const rows: unknown[] = await parquetReadObjects(slice).catch(explain);
    for (const [index, row] of rows.entries()) yield rowOf(path, rowStart + index + 1, plain(row));
  }
}

/** Slices of rows that fit into the memory, none across two row groups. */
function* slicesOf({ row_groups: groups }: FileMetaData): Generator<{ rowStart: number; rowEnd: number }> {
  let groupStart = 0;
  for (const { num_rows, total_byte_size, columns } of groups) {
    const rows = Number(num_rows);
    const indexed = columns.every(
      ({ offset_index_offset: at, meta_data }) =>
        at !== undefined || Number(meta_data?.total_compressed_size ?? 0) < SMALL_COLUMN_BYTES,
    );
    const fitting = Math.floor((BYTES_PER_READ / Math.max(1, Number(total_byte_size))) * rows);
    const least = indexed ? 1 : Math.ceil(rows / MOST_SLICES_UNINDEXED);
    const size = Math.min(MOST_ROWS_PER_READ, Math.max(1, least, fitting));
    for (let at = 0; at < rows; at += size)
      yield { rowStart: groupStart + at, rowEnd: groupStart + Math.min(rows, at + size) };
    groupStart += rows;
  }
}

/** Parquet's integers are BigInt and its bytes arrays: as JSON would have them. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
