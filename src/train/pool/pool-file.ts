import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Problem } from "../../data/problem.ts";
import { linesOf } from "../../data/read-jsonl.ts";
import { InvalidOptionError } from "../../errors.ts";
import { formatPoolEntry, type PoolEntry, parsePoolEntry } from "./pool-entry.ts";
import { digestOf } from "./problem-digest.ts";
import { isShardHeader, parseShardHeader, type ShardHeader } from "./shard-header.ts";

/** Where a problem's line stands. */
interface Place {
  file: FileHandle;
  /** Bytes. */
  offset: number;
  length: number;
  /** Of what is asked and of its answer. */
  digest: string;
}

interface Indexing {
  /** Anything but entries is an error. */
  strict: boolean;
  onEntry: (entry: PoolEntry) => void;
}

const decoder = new TextDecoder("utf-8", { fatal: true });
const COPY_BYTES = 1 << 20;

/**
 * The file of a pool while it is built. Problems that are complete are appended to `PATH.partial` as they come;
 * {@link finish} writes all of them to the path, whole or not at all, in the order of the data. Holds one place a
 * problem in memory, and no text.
 */
export class PoolFile {
  readonly path: string;
  /** Made when there is something to write. */
  #partial: FileHandle | undefined;
  readonly #before: FileHandle | undefined;
  readonly #places = new Map<string, Place>();
  #size = 0;
  #shard: ShardHeader | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, before: FileHandle | undefined) {
    this.path = path;
    this.#before = before;
  }

  /**
   * Open what earlier lives left. A line that a crash tore is cut off.
   * @param onEntry Told of every complete problem, in no order. @throws {InvalidOptionError}
   */
  static async open(path: string, onEntry: (entry: PoolEntry) => void = () => {}): Promise<PoolFile> {
    await mkdir(dirname(path), { recursive: true });
    const before = existsSync(path) ? await open(path, "r") : undefined;
    const file = new PoolFile(path, before);
    try {
      if (before && !(await stat(path)).isFile()) throw new InvalidOptionError("out", `${path} is no file.`);
      if (before) await file.#index(before, path, { strict: true, onEntry });
      if (existsSync(partialOf(path))) await file.#goOn(onEntry);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #goOn(onEntry: Indexing["onEntry"]): Promise<void> {
    this.#partial = await open(partialOf(this.path), "r+");
    this.#size = await this.#index(this.#partial, partialOf(this.path), { strict: false, onEntry });
    await this.#partial.truncate(this.#size);
  }

  /** @returns Bytes up to the end of the last whole line. */
  async #index(file: FileHandle, path: string, { strict, onEntry }: Indexing): Promise<number> {
    const { size } = await file.stat();
    let [offset, line] = [0, 0];
    for await (const bytes of linesOf(createReadStream(path))) {
      const { length } = bytes;
      const whole = offset + length < size;
      line++;
      if (!whole && !strict) break;
      const read = readLine(bytes);
      if (!read && strict && length > 0)
        throw new InvalidOptionError("out", `${path}:${line} is no line of a pool; name another file.`);
      if (read?.shard) this.#shard = read.shard;
      const entry = read?.entry;
      if (entry) {
        if (!this.#places.has(entry.problem.id)) onEntry(entry);
        this.#places.set(entry.problem.id, { file, offset, length, digest: digestOf(entry.problem) });
      }
      offset += length + 1;
    }
    return Math.min(offset, size);
  }

  /** What the file says of itself, if it is a shard's. */
  get shard(): ShardHeader | undefined {
    return this.#shard;
  }

  /** Problems that are complete. */
  get ids(): Iterable<string> {
    return this.#places.keys();
  }

  /** Whether this problem is complete. @throws {InvalidOptionError} if the file knows another one by its id. */
  has(problem: Problem): boolean {
    const place = this.#places.get(problem.id);
    if (place && place.digest !== digestOf(problem)) {
      const what = `${this.path} holds another problem as ${problem.id}; name another file.`;
      throw new InvalidOptionError("out", what);
    }
    return place !== undefined;
  }

  /** One write a line, one after the other: a crash can tear the last line alone. */
  append(entry: PoolEntry): Promise<void> {
    const bytes = Buffer.from(`${formatPoolEntry(entry)}\n`);
    const { id } = entry.problem;
    const offset = this.#size;
    this.#size += bytes.length;
    const written = this.#writing.then(async () => {
      this.#partial ??= await open(partialOf(this.path), "w+");
      await this.#partial.write(bytes, 0, bytes.length, offset);
      const length = bytes.length - 1;
      this.#places.set(id, { file: this.#partial, offset, length, digest: digestOf(entry.problem) });
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  /**
   * Write the pool of all complete problems, in this order, and drop the partial file.
   * @param headed Its first line, without the end, by the complete ones' indices among `ids`; default: none.
   */
  async finish(ids: readonly string[], headed?: (complete: number[]) => string): Promise<void> {
    await this.#writing;
    const draft = `${this.path}.tmp`;
    const target = await open(draft, "w");
    try {
      const complete = [...ids.keys()].filter((at) => this.#places.has(ids[at] as string));
      if (headed) await target.write(`${headed(complete)}\n`);
      for await (const chunk of this.#inOrder(ids)) await target.write(chunk);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(draft, this.path);
    await rm(partialOf(this.path), { force: true });
  }

  /** Lines in order, in chunks of about a megabyte. */
  async *#inOrder(ids: Iterable<string>): AsyncGenerator<Buffer> {
    let chunk: Buffer[] = [];
    let bytes = 0;
    for (const id of ids) {
      const place = this.#places.get(id);
      if (!place) continue;
      const line = Buffer.alloc(place.length + 1, "\n");
      await place.file.read(line, 0, place.length, place.offset);
      chunk.push(line);
      bytes += line.length;
      if (bytes < COPY_BYTES) continue;
      yield Buffer.concat(chunk);
      chunk = [];
      bytes = 0;
    }
    yield Buffer.concat(chunk);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#partial?.close();
    await this.#before?.close();
  }
}

const partialOf = (path: string) => `${path}.partial`;

function readLine(bytes: Uint8Array): { entry?: PoolEntry; shard?: ShardHeader } | undefined {
  try {
    const value = JSON.parse(decoder.decode(bytes));
    return isShardHeader(value) ? { shard: parseShardHeader(value) } : { entry: parsePoolEntry(value, "") };
  } catch {
    return undefined;
  }
}
