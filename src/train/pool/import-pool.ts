import { mapInOrder } from "../../core/map-in-order.ts";
import { Semaphore } from "../../core/semaphore.ts";
import { type Grader, gradeOnce } from "../../data/grade.ts";
import { LineFile } from "../../data/line-file.ts";
import { type LoadOptions, problemReader, readRows } from "../../data/load.ts";
import type { Problem } from "../../data/problem.ts";
import type { Rejected, Row } from "../../data/rows.ts";
import {
  formatPoolEntry,
  type PoolEntry,
  type PoolMessage,
  parsePoolEntry,
  poolEntries,
} from "./pool-entry.ts";

export interface ImportPoolOptions extends LoadOptions {
  out: string;
  /** Grades the responses that came without a score; without it they stay unscored. */
  grader?: ((problem: Problem) => Grader | Promise<Grader>) | undefined;
  /** Problems that are graded at the same time, and graders at work. */
  concurrency?: number;
  onRejected?: (rejected: Rejected) => void;
  onProgress?: (figures: ImportFigures) => void;
  signal?: AbortSignal;
}

export interface ImportFigures {
  problems: number;
  messages: number;
  /** Responses without a word: trajectories that were lost where the file was made. They are left out. */
  blank: number;
  graded: number;
  unscored: number;
}

/**
 * A pool from any data set that brings messages: PaCoRe-Train-8k as it is released, our own pool files (to score what
 * they have unscored), records with `messages`. Streams, in the order of the source.
 * @throws what the grader throws, if a file cannot be read or written, and {@link InvalidOptionError}.
 */
export async function importPool(source: string, options: ImportPoolOptions): Promise<ImportFigures> {
  const { out, concurrency = 16, onProgress, onRejected, hub } = options;
  const figures: ImportFigures = { problems: 0, messages: 0, blank: 0, graded: 0, unscored: 0 };
  const parse = entryReader(options);
  const entries = poolEntries(readRows(source, hub), { ...(onRejected && { onRejected }), parse });
  const gate = new Semaphore(concurrency);
  const file = await LineFile.create(out);
  try {
    const imported = (entry: PoolEntry) => complete(entry, { ...options, gate, figures });
    for await (const entry of mapInOrder(entries, concurrency, imported)) {
      figures.problems++;
      figures.messages += entry.messages.length;
      figures.unscored += entry.messages.filter(({ score }) => score === null).length;
      await file.write(formatPoolEntry(entry));
      onProgress?.(figures);
      if (figures.problems === options.limit) break;
    }
    await file.finish();
    return figures;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Records of a pool as such; all others as problems that bring messages. */
function entryReader(options: LoadOptions): (row: Row, fallbackId: string) => PoolEntry {
  const { map, format, kind } = options;
  const read = problemReader(options);
  return (row, fallbackId) => {
    if ("conversation" in row.value && !map && !format) {
      const entry = parsePoolEntry(row.value, fallbackId);
      return kind ? { ...entry, problem: { ...entry.problem, kind } } : entry;
    }
    const problem = read(row);
    if (!problem) throw new Error("has a picture, and is left out");
    const { messages = [], ...rest } = problem;
    return { problem: rest, messages: messages.map((text) => ({ text, score: null })) };
  };
}

interface Completing extends ImportPoolOptions {
  gate: Semaphore;
  figures: ImportFigures;
}

async function complete({ problem, messages }: PoolEntry, options: Completing): Promise<PoolEntry> {
  const { grader, gate, figures, signal = NEVER } = options;
  const told = messages.filter(({ text }) => text.trim() !== "");
  figures.blank += messages.length - told.length;
  if (!grader || told.every(({ score }) => score !== null)) return { problem, messages: told };
  const grade = gradeOnce(await grader(problem), gate);
  const scored = told.map(async (message): Promise<PoolMessage> => {
    if (message.score !== null) return message;
    figures.graded++;
    return { text: message.text, score: (await grade(message.text, signal)).value };
  });
  return { problem, messages: await Promise.all(scored) };
}

const NEVER = new AbortController().signal;
