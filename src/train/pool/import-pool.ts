import { compact } from "../../core/compact.ts";
import { mapInOrder } from "../../core/map-in-order.ts";
import { Semaphore } from "../../core/semaphore.ts";
import { pacoreTrain } from "../../data/formats/pacore-train.ts";
import { responsesIn } from "../../data/formats/responses.ts";
import { type Grader, gradeOnce } from "../../data/grade.ts";
import { LineFile } from "../../data/line-file.ts";
import { fieldsOf, type LoadOptions, problemReader, readRows } from "../../data/load.ts";
import type { Problem } from "../../data/problem.ts";
import type { Rejected, Row } from "../../data/rows.ts";
import { InvalidOptionError } from "../../errors.ts";
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
  /** Problems that bring no message. */
  bare: number;
  /** Responses without a conclusion: trajectories that were lost or cut off where the file was made. They are left out. */
  blank: number;
  /** Problems without a gold answer: nothing of theirs can be graded. */
  goldless: number;
  graded: number;
  unscored: number;
}

/**
 * A pool from any data set that brings responses: PaCoRe-Train-8k as it is released, our own pool files (to score what
 * they have unscored), chats and completions in the common shapes. Streams, in the order of the source.
 * @throws what the grader throws, if a file cannot be read or written, and {@link InvalidOptionError}.
 */
export async function importPool(source: string, options: ImportPoolOptions): Promise<ImportFigures> {
  const { out, concurrency = 16, onProgress, hub } = options;
  const figures = { ...NOTHING };
  let rejected = 0;
  const onRejected = (one: Rejected) => {
    rejected++;
    options.onRejected?.(one);
  };
  const reading = entryReader(options);
  const entries = poolEntries(readRows(source, hub), { parse: reading.parse, onRejected });
  const gate = new Semaphore(concurrency);
  const file = await LineFile.create(out);
  try {
    const imported = (entry: PoolEntry) => complete(entry, { ...options, gate, figures });
    for await (const entry of mapInOrder(entries, concurrency, imported)) {
      count(entry, figures);
      await file.write(formatPoolEntry(entry));
      onProgress?.(figures);
      if (figures.problems === options.limit) break;
    }
    if (figures.problems + rejected === 0) throw new InvalidOptionError("data", `${source} has no record.`);
    checkResponses(source, reading, figures);
    await file.finish();
    return figures;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

const NOTHING: ImportFigures = {
  problems: 0,
  messages: 0,
  bare: 0,
  blank: 0,
  goldless: 0,
  graded: 0,
  unscored: 0,
};

function count({ messages }: PoolEntry, figures: ImportFigures): void {
  figures.problems++;
  figures.messages += messages.length;
  if (messages.length === 0) figures.bare++;
  figures.unscored += messages.filter(({ score }) => score === null).length;
}

function checkResponses(source: string, { bare }: Reading, figures: ImportFigures): void {
  if (bare === undefined || figures.bare < figures.problems) return;
  const what = `no record of ${source} brings a response (fields of the first: ${bare}); name theirs with --map messages=FIELD, or build a pool of it.`;
  throw new InvalidOptionError("data", what);
}

interface Reading {
  parse: (row: Row, fallbackId: string) => PoolEntry;
  /** Fields of the first record that brought no response. */
  bare?: string;
}

/** Records of a pool as such; all others as problems that bring responses, which are compacted. */
function entryReader(options: LoadOptions): Reading {
  const { map, format, kind } = options;
  const read = problemReader(options);
  const reading: Reading = { parse };
  return reading;

  function parse(row: Row, fallbackId: string): PoolEntry {
    const { value } = row;
    if (isPool(value) && !map && !format) {
      const { problem, messages } = parsePoolEntry(value, fallbackId);
      // Messages of a pool of ours are conclusions already.
      const compacted = "kind" in value ? messages : messages.map(({ text }) => unscored(text));
      return { problem: kind ? { ...problem, kind } : problem, messages: compacted };
    }
    const problem = read(row);
    if (!problem) throw new Error("has a picture, and is left out");
    const { messages = responsesIn(value), ...rest } = problem;
    if (!messages) reading.bare ??= fieldsOf(value);
    return { problem: rest, messages: (messages ?? []).map(unscored) };
  }
}

const isPool = (value: Row["value"]) =>
  "conversation" in value && ("kind" in value || pacoreTrain.matches(value));

const REASONING = /<\/?think(ing)?>/;

/** C(ω) of a response that holds its reasoning; conclusions stay as they are, to the last blank. */
function unscored(response: string): PoolMessage {
  if (!REASONING.test(response)) return { text: response, score: null };
  return {
    text: compact({ content: [{ type: "text", text: response }], truncated: false }) ?? "",
    score: null,
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
  const goldless = problem.answer === undefined && problem.kind !== "worklist";
  if (goldless) figures.goldless++;
  if (!grader || goldless || told.every(({ score }) => score !== null)) return { problem, messages: told };
  const grade = gradeOnce(await grader(problem), gate);
  const scored = told.map(async (message): Promise<PoolMessage> => {
    if (message.score !== null) return message;
    figures.graded++;
    return { text: message.text, score: (await grade(message.text, signal)).value };
  });
  return { problem, messages: await Promise.all(scored) };
}

const NEVER = new AbortController().signal;
