import { extname } from "node:path";
import { LineFile } from "../../data/line-file.ts";
import type { Rejected } from "../../data/rows.ts";
import { InvalidOptionError } from "../../errors.ts";
import { readPool } from "./pool-entry.ts";
import { toReleased } from "./released-format.ts";

export interface ExportPoolOptions {
  /** `.json`: one list, as released; `.jsonl`: a record a line. */
  out: string;
  onRejected?: (rejected: Rejected) => void;
}

/**
 * Write a pool as PaCoRe-Train-8k is written.
 * @returns How many records. @throws {InvalidOptionError} for a file of another kind.
 */
export async function exportPool(path: string, { out, ...options }: ExportPoolOptions): Promise<number> {
  const list = extname(out).toLowerCase() === ".json";
  if (!list && extname(out).toLowerCase() !== ".jsonl")
    throw new InvalidOptionError("out", `${out} is neither .json nor .jsonl.`);
  const file = await LineFile.create(out);
  try {
    let records = 0;
    let before: string | undefined;
    if (list) await file.write("[");
    for await (const entry of readPool(path, options)) {
      records++;
      if (before !== undefined) await file.write(list ? `${before},` : before);
      before = JSON.stringify(toReleased(entry));
    }
    if (before !== undefined) await file.write(before);
    if (list) await file.write("]");
    await file.finish();
    return records;
  } catch (error) {
    await file.discard();
    throw error;
  }
}
