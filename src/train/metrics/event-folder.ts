import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { readEvents } from "./event-reader.ts";
import type { ScalarEvent } from "./event-record.ts";

/** An event, and the file it is from: each life of a trainer writes its own. */
export interface FolderEvent extends ScalarEvent {
  file: string;
}

/** `events.out.tfevents.SECONDS.host.pid.number`: names sort by the time a file was begun. */
const EVENTS = /^events\.out\.tfevents\.(\d+)\./;

/**
 * Follows the TensorBoard files of a folder while somebody writes them: each call of {@link poll} reads what is new. The
 * folder, and files in it, may come later; a torn end is read when it is whole, a damaged file no further than to its
 * damage: a resumed trainer's next file goes on.
 */
export class EventFolder {
  readonly #folder: string;
  readonly #read = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** File by file, older ones first. */
  async poll(): Promise<FolderEvent[]> {
    const events: FolderEvent[] = [];
    for (const file of await this.files()) {
      for (const event of await this.#readNew(file)) events.push({ ...event, file });
    }
    return events;
  }

  /** Names, older ones first. */
  async files(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const begun = (name: string) => Number(EVENTS.exec(name)?.[1] ?? 0);
    return names.filter((name) => EVENTS.test(name)).sort((a, b) => begun(a) - begun(b) || (a < b ? -1 : 1));
  }

  async #readNew(file: string): Promise<ScalarEvent[]> {
    const from = this.#read.get(file) ?? 0;
    const { events, end } = readEvents(await bytesFrom(join(this.#folder, file), from));
    this.#read.set(file, from + end);
    return events;
  }
}

async function bytesFrom(path: string, from: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
