import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { linesOf } from "../../data/read-jsonl.ts";
import { InvalidOptionError } from "../../errors.ts";
import { parsePoolEntry } from "./pool-entry.ts";
import { isOfShard, parseShard, type Shard } from "./shard.ts";
import { isShardHeader, parseShardHeader, type ShardHeader } from "./shard-header.ts";

export interface ShardLine {
  path: string;
  id: string;
  /** Of its problem in the data, from 0. */
  position: number;
  text: string;
}

const CHUNK_BYTES = 1 << 18;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A shard's file, read line by line: its header, then entries at rising places in the data. */
export class ShardFile {
  readonly path: string;
  readonly header: ShardHeader;
  readonly shard: Shard;
  readonly #lines: AsyncGenerator<Uint8Array>;
  #read = 0;

  private constructor(path: string, header: ShardHeader, lines: AsyncGenerator<Uint8Array>) {
    this.path = path;
    this.header = header;
    this.shard = parseShard(header.shard);
    this.#lines = lines;
  }

  /** @throws {InvalidOptionError} if it is no shard. */
  static async open(path: string): Promise<ShardFile> {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) throw new InvalidOptionError("shard", await absent(path));
    const lines = linesOf(createReadStream(path, { highWaterMark: CHUNK_BYTES }));
    try {
      const { value } = await lines.next();
      return new ShardFile(path, headerIn(path, value), lines);
    } catch (error) {
      await lines.return(undefined);
      throw error;
    }
  }

  static async isShard(path: string): Promise<boolean> {
    const file = await ShardFile.open(path).catch(() => undefined);
    await file?.close();
    return file !== undefined;
  }

  /** @returns undefined at the end. @throws {InvalidOptionError} where the file is torn or was changed. */
  async next(): Promise<ShardLine | undefined> {
    const { positions } = this.header;
    const { value: bytes } = await this.#lines.next();
    if (bytes === undefined && this.#read === positions.length) return undefined;
    const position = positions[this.#read++];
    if (bytes === undefined) throw this.#torn(`ends after ${this.#read - 1} of ${positions.length} problems`);
    if (position === undefined)
      throw this.#torn(`has more problems than the ${positions.length} it tells of`);
    try {
      const text = decoder.decode(bytes);
      const { id } = parsePoolEntry(JSON.parse(text), "").problem;
      if (isOfShard(id, this.shard)) return { path: this.path, id, position, text };
    } catch {
      // The line number says where; what is wrong with the text helps nobody.
      throw this.#torn(`has no problem in line ${this.#read + 1}`);
    }
    throw this.#torn(`holds a problem of another shard in line ${this.#read + 1}`);
  }

  async close(): Promise<void> {
    await this.#lines.return(undefined);
  }

  #torn(what: string): InvalidOptionError {
    const how = "it is torn or was changed: copy it again, or run its build again";
    return new InvalidOptionError("shard", `${this.path} ${what}; ${how}.`);
  }
}

async function absent(path: string): Promise<string> {
  const begun = await stat(`${path}.partial`).catch(() => undefined);
  return begun
    ? `${path} is not built yet, for its build was killed; run it again to end it.`
    : `${path} is no file; name what pacore pool build --shard wrote.`;
}

function headerIn(path: string, line: Uint8Array | undefined): ShardHeader {
  let value: Record<string, unknown> = {};
  try {
    value = JSON.parse(decoder.decode(line));
  } catch {
    // As a pool without a header.
  }
  if (!isShardHeader(value)) {
    const what = `${path} is no shard: it does not begin with one's header; build it with --shard. A pool that was filtered or exported cannot be merged: merge first.`;
    throw new InvalidOptionError("shard", what);
  }
  try {
    return parseShardHeader(value);
  } catch (cause) {
    const what = `${path} has a header that cannot be read (${(cause as Error).message}); copy it again.`;
    throw new InvalidOptionError("shard", what, { cause });
  }
}
