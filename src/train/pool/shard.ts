import { createHash } from "node:crypto";
import { InvalidOptionError } from "../../errors.ts";

/** One of `of` parts of a data set, from 1. */
export interface Shard {
  index: number;
  of: number;
}

const MOST_SHARDS = 10_000;

/** Read `2/8`. @throws {InvalidOptionError} */
export function parseShard(text: string): Shard {
  const [, index, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? []).map(Number);
  if (index === undefined || of === undefined)
    throw new InvalidOptionError("shard", `"${text}" is not INDEX/COUNT, such as 1/8.`);
  if (index < 1 || index > of || of > MOST_SHARDS) {
    const what = `${text} is none of 1/${of} to ${of}/${of}; at most ${MOST_SHARDS} shards.`;
    throw new InvalidOptionError("shard", what);
  }
  return { index, of };
}

export const shardText = ({ index, of }: Shard): string => `${index}/${of}`;

/**
 * Whether a problem is of a shard: its id alone decides, so that every problem is of exactly one, on every machine, in
 * whatever order the shards are built and however the data grows.
 */
export function isOfShard(id: string, { index, of }: Shard): boolean {
  return createHash("sha256").update(id).digest().readUIntBE(0, 6) % of === index - 1;
}
