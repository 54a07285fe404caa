import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { InvalidOptionError } from "../errors.ts";
import { type RowOrRejected, rowOf } from "./rows.ts";

/** Rows held in memory at once. */
const ROWS_PER_READ = 2000;

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
  const count = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < count; rowStart += ROWS_PER_READ) {
    const rowEnd = Math.min(count, rowStart + ROWS_PER_READ);
    const slice = { file, metadata, rowStart, rowEnd, compressors: COMPRESSORS };
    const rows: unknown[] = await parquetReadObjects(slice).catch(explain);
    for (const [index, row] of rows.entries()) yield rowOf(path, rowStart + index + 1, plain(row));
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
