import { mapInOrder } from "../../core/map-in-order.ts";
import { LineFile } from "../../data/line-file.ts";
import type { Rejected } from "../../data/rows.ts";
import type { Check, Drop, DropReason } from "./drop.ts";
import { formatPoolEntry, type PoolEntry, readPool } from "./pool-entry.ts";

export interface FilterPoolOptions {
  /** Asked in their order; the first that finds something decides. */
  checks: readonly Check[];
  /** Where entries without fault go, in the order of the pool. */
  out: string;
  /** Where the others are listed, a JSON line each: id, reason, detail. */
  dropped: string;
  /** Entries whose checks may wait for something at the same time. */
  concurrency?: number;
  onProgress?: (figures: FilterFigures) => void;
  signal?: AbortSignal | undefined;
}

export interface FilterFigures {
  /** Lines, those included that are no entry. */
  read: number;
  kept: number;
  dropped: Partial<Record<DropReason, number>>;
}

/**
 * Filter a pool, line by line: whatever its size, memory holds a few entries and their ids. Both files appear at
 * their paths when all is done, or not at all.
 * @throws what a check throws, the signal's reason, and if a file cannot be read or written.
 */
export async function filterPool(path: string, options: FilterPoolOptions): Promise<FilterFigures> {
  const out = await LineFile.create(options.out);
  const dropped = await LineFile.create(options.dropped).catch(async (error) => {
    await out.discard();
    throw error;
  });
  const filter = new Filter(out, dropped, options);
  try {
    await filter.run(path);
    await dropped.finish();
  } catch (error) {
    await Promise.all([out.discard(), dropped.discard()]);
    throw error;
  }
  await out.finish();
  return filter.figures;
}

interface Checked {
  entry: PoolEntry;
  drop: Drop | undefined;
}

class Filter {
  readonly figures: FilterFigures = { read: 0, kept: 0, dropped: {} };
  readonly #out: LineFile;
  readonly #dropped: LineFile;
  readonly #options: FilterPoolOptions;

  constructor(out: LineFile, dropped: LineFile, options: FilterPoolOptions) {
    this.#out = out;
    this.#dropped = dropped;
    this.#options = options;
  }

  async run(path: string): Promise<void> {
    const { concurrency = 1, signal } = this.#options;
    const rejected: Rejected[] = [];
    const entries = readPool(path, { onRejected: (one) => rejected.push(one) });
    for await (const checked of mapInOrder(entries, concurrency, (entry) => this.#check(entry))) {
      signal?.throwIfAborted();
      for (const one of rejected.splice(0)) await this.#reject(one);
      await this.#take(checked);
    }
    for (const one of rejected) await this.#reject(one);
  }

  async #check(entry: PoolEntry): Promise<Checked> {
    for (const check of this.#options.checks) {
      const found = check(entry);
      const drop = found instanceof Promise ? await found : found;
      if (drop) return { entry, drop };
    }
    return { entry, drop: undefined };
  }

  #take({ entry, drop }: Checked): Promise<void> | undefined {
    if (drop) return this.#drop(entry.problem.id, drop);
    this.figures.kept++;
    this.#count();
    return this.#out.write(formatPoolEntry(entry));
  }

  #reject({ file, line, reason }: Rejected): Promise<void> | undefined {
    return this.#drop(null, { reason: "unreadable", detail: `${file}:${line}: ${reason}` });
  }

  #drop(id: string | null, { reason, detail }: Drop): Promise<void> | undefined {
    const { dropped } = this.figures;
    dropped[reason] = (dropped[reason] ?? 0) + 1;
    this.#count();
    return this.#dropped.write(JSON.stringify({ id, reason, detail }));
  }

  #count(): void {
    this.figures.read++;
    this.#options.onProgress?.(this.figures);
  }
}
