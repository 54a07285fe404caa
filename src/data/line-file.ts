import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const CHUNK_CHARACTERS = 1 << 20;

/** A text file written line by line that is at its path whole or not at all. Holds about a megabyte. */
export class LineFile {
  readonly path: string;
  readonly #file: FileHandle;
  #chunk: string[] = [];
  #characters = 0;
  lines = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<LineFile> {
    await mkdir(dirname(path), { recursive: true });
    return new LineFile(path, await open(draftOf(path), "w"));
  }

  /** @returns A promise where the caller has to wait for the disk. */
  write(line: string): Promise<void> | undefined {
    this.lines++;
    this.#chunk.push(line, "\n");
    this.#characters += line.length;
    return this.#characters < CHUNK_CHARACTERS ? undefined : this.#flush();
  }

  async #flush(): Promise<void> {
    const text = this.#chunk.join("");
    this.#chunk = [];
    this.#characters = 0;
    await this.#file.writeFile(text);
  }

  /** Everything is on the disk, under its name. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    await rename(draftOf(this.path), this.path);
  }

  /** As if it had never been begun; what was at the path before stays. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(draftOf(this.path), { force: true });
  }
}

const draftOf = (path: string) => `${path}.tmp`;
