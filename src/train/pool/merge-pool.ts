import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { LineFile } from "../../data/line-file.ts";
import { InvalidOptionError } from "../../errors.ts";
import { type Shard, shardText } from "./shard.ts";
import { ShardFile, type ShardLine } from "./shard-file.ts";
import { firstDifference } from "./shard-header.ts";

export interface MergePoolOptions {
  /** The pool; it is there whole or not at all. */
  out: string;
  /** Merge what there is, although shards are missing. */
  allowMissing?: boolean;
  /** A problem is written. */
  onProgress?: (figures: MergeFigures) => void;
}

export interface MergeFigures {
  /** Problems of the merged pool. */
  problems: number;
  /** Problems of the given shards that are not complete, and so in none of them. */
  incomplete: number;
  /** Problems that came more than once, with the same content. */
  repeated: number;
  /** Shards that are not there: `3/8`. */
  missing: string[];
}

/**
 * One pool of all shards, in the order of the data: byte for byte that of a build without shards. Memory holds one
 * line a shard, and a number and an id a problem.
 * @throws {InvalidOptionError} if the shards are not of one pool, one is missing or torn, or a problem comes twice with
 *   differing content.
 */
export async function mergePool(
  paths: readonly string[],
  { out, allowMissing = false, onProgress }: MergePoolOptions,
): Promise<MergeFigures> {
  await checkOut(out, paths);
  const shards: ShardFile[] = [];
  try {
    for (const path of paths) shards.push(await ShardFile.open(path));
    const missing = missingOf(checkSame(shards), shards);
    if (missing.length > 0 && !allowMissing) {
      const what = `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing; name all shards, or give --allow-missing.`;
      throw new InvalidOptionError("shard", what);
    }
    const figures = { problems: 0, incomplete: incompleteOf(shards), repeated: 0, missing };
    await write(shards, out, { figures, onProgress });
    return figures;
  } finally {
    for (const shard of shards) await shard.close();
  }
}

/** Naming no file for the pool must not cost a shard. */
async function checkOut(out: string, paths: readonly string[]): Promise<void> {
  if (!existsSync(out)) return;
  const real = await realpath(out);
  const same = await Promise.all(paths.map((path) => realpath(path).catch(() => path)));
  if (same.includes(real) || (await ShardFile.isShard(out)))
    throw new InvalidOptionError("out", `${out} is a shard; name the merged pool first, then its shards.`);
}

/** All shards must be of one pool. @returns A shard of it. */
function checkSame(shards: readonly ShardFile[]): ShardFile {
  const [first, ...others] = shards;
  if (!first) throw new InvalidOptionError("shard", "none is named; name the merged pool, then its shards.");
  for (const other of others) {
    const refuse = (what: string) => {
      throw new InvalidOptionError(
        "shard",
        `${first.path} and ${other.path} ${what}; they are of two pools.`,
      );
    };
    if (other.shard.of !== first.shard.of)
      refuse(`are shards ${shardText(first.shard)} and ${shardText(other.shard)}`);
    if (other.header.data !== first.header.data) refuse("are of different data");
    const setting = firstDifference(first.header.settings, other.header.settings);
    if (setting) refuse(`differ in ${setting}`);
  }
  return first;
}

function missingOf({ shard: { of } }: ShardFile, shards: readonly ShardFile[]): string[] {
  const there = new Set(shards.map(({ shard }) => shard.index));
  const all = Array.from({ length: of }, (_, i): Shard => ({ index: i + 1, of }));
  return all.filter(({ index }) => !there.has(index)).map(shardText);
}

/** Of several copies of a shard, all count: what one lacks another may have. */
function incompleteOf(shards: readonly ShardFile[]): number {
  const byShard = Map.groupBy(shards, ({ shard }) => shard.index);
  return [...byShard.values()].reduce((sum, copies) => {
    const complete = new Set(copies.flatMap(({ header }) => header.positions));
    return sum + (copies[0] as ShardFile).header.problems - complete.size;
  }, 0);
}

interface Writing {
  figures: MergeFigures;
  onProgress: MergePoolOptions["onProgress"];
}

async function write(shards: readonly ShardFile[], out: string, { figures, onProgress }: Writing) {
  const file = await LineFile.create(out);
  try {
    for await (const line of inOrder(shards, figures)) {
      figures.problems++;
      await file.write(line);
      onProgress?.(figures);
    }
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** The lines of all shards by their place in the data, each once. */
async function* inOrder(shards: readonly ShardFile[], figures: MergeFigures): AsyncGenerator<string> {
  const heads = await Promise.all(shards.map((shard) => shard.next()));
  let before: ShardLine | undefined;
  for (;;) {
    const position = Math.min(...heads.map((head) => head?.position ?? Number.POSITIVE_INFINITY));
    if (position === Number.POSITIVE_INFINITY) return;
    const at = heads.findIndex((head) => head?.position === position);
    const line = heads[at] as ShardLine;
    heads[at] = await (shards[at] as ShardFile).next();
    if (before?.position !== position) yield line.text;
    else if (before.text === line.text) figures.repeated++;
    else {
      const what = `${before.path} and ${line.path} hold ${line.id} with different content; leave one of them out.`;
      throw new InvalidOptionError("shard", what);
    }
    before = line;
  }
}
