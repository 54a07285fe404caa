import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { InvalidOptionError } from "../errors.ts";
import { arithmeticProblems } from "./arithmetic.ts";
import { type FieldMap, mapFields } from "./field-map.ts";
import { FORMATS, formatNamed } from "./formats/index.ts";
import { native } from "./formats/native.ts";
import { downloadDataset, type HubOptions } from "./hub.ts";
import { issueOf, type Problem, type ProblemKind, problemSchema } from "./problem.ts";
import { readCsv } from "./read-csv.ts";
import { readJson } from "./read-json.ts";
import { readJsonl } from "./read-jsonl.ts";
import { readParquet } from "./read-parquet.ts";
import { isRejected, type Rejected, type Row, type RowOrRejected } from "./rows.ts";
import { worklistProblems } from "./worklists.ts";

export interface LoadOptions {
  map?: FieldMap;
  /** A format's name; default: told from the fields. */
  format?: string;
  /** Overrides what the format says. */
  kind?: ProblemKind;
  /** Stop after this many problems. */
  limit?: number;
  hub?: HubOptions;
}

export interface Loaded {
  problems: Problem[];
  /** Lines that gave no problem, with their place and the reason. */
  rejected: Rejected[];
  /** Lines left out on purpose, such as questions with pictures in a text benchmark. */
  skipped: number;
}

/**
 * Problems from a file (JSONL, JSON, CSV, TSV, Parquet), the hub (`hf:owner/name`), or made on the spot
 * (`worklist:COUNT[:SEED]`, `arithmetic:COUNT[:SEED]`). A line that cannot be used is reported, and the rest
 * goes on.
 * @throws {InvalidOptionError} if the source as a whole cannot be read.
 */
export async function loadProblems(source: string, options: LoadOptions = {}): Promise<Loaded> {
  const made = generated(source);
  if (made && (options.kind ?? options.format ?? options.map) !== undefined) {
    throw new InvalidOptionError("data", `${source} makes its own problems; leave out format, kind and map.`);
  }
  if (made) return { problems: made.slice(0, options.limit), rejected: [], skipped: 0 };
  const loading = new Loading(options);
  for await (const row of readRows(source, options.hub)) {
    if (loading.full) break;
    loading.add(row);
  }
  return loading;
}

/** The records of a file or a hub data set, one in memory at a time where the format allows. @throws {InvalidOptionError} */
export async function* readRows(source: string, hub?: HubOptions): AsyncGenerator<RowOrRejected> {
  const paths = source.startsWith("hf:") ? await downloadDataset(source, hub) : [source];
  for (const path of paths) yield* await rowsOf(path);
}

function generated(source: string): Problem[] | undefined {
  const [, kind, count, seed = "0"] = /^(worklist|arithmetic):(\d{1,7})(?::(\d{1,15}))?$/.exec(source) ?? [];
  if (!kind) return undefined;
  const options = { count: Number(count), seed: Number(seed) };
  return kind === "worklist" ? worklistProblems(options) : arithmeticProblems(options);
}

async function rowsOf(path: string): Promise<AsyncGenerator<RowOrRejected>> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    throw new InvalidOptionError(
      "data",
      `${path} is no file; name one, or hf:owner/name, worklist:500, arithmetic:500.`,
    );
  }
  switch (extname(path).toLowerCase()) {
    case ".jsonl":
    case ".ndjson":
      return readJsonl(path);
    case ".json":
      return readJson(path);
    case ".csv":
    case ".tsv":
      return readCsv(path);
    case ".parquet":
      return readParquet(path);
    default:
      throw new InvalidOptionError("data", `${path} is none of .jsonl, .json, .csv, .tsv, .parquet.`);
  }
}

/**
 * How a record is read as a problem; undefined if it is left out on purpose. An id that is missing is made of the file's
 * name and the line. What it returns throws an error with the reason, if the record is no problem.
 * @throws {InvalidOptionError} if the options cannot be used.
 */
export function problemReader({ map, format: name, kind }: LoadOptions): (row: Row) => Problem | undefined {
  const named = name === undefined ? undefined : formatNamed(name);
  return ({ file, line, value }) => {
    const mapped = map ? mapFields(value, map) : value;
    // What the user mapped by hand goes before what the fields look like.
    const format = named ?? (map ? native : FORMATS.find((one) => one.matches(mapped)));
    if (!format)
      throw new Error(
        `has no field that could be the problem (found: ${fieldsOf(value)}); name it with --map prompt=FIELD`,
      );
    const draft = format.read(mapped);
    if ("skipped" in draft) return undefined;
    const id = draft.id ?? `${basename(file, extname(file))}-${line}`;
    const parsed = problemSchema.safeParse({ ...draft, id, ...(kind && { kind }) });
    if (!parsed.success) throw new Error(issueOf(parsed.error));
    return parsed.data;
  };
}

const SHOWN_FIELDS = 12;

/** The names of a record's fields, for a message. */
export function fieldsOf(value: Record<string, unknown>): string {
  const names = Object.keys(value);
  if (names.length === 0) return "none";
  return names.slice(0, SHOWN_FIELDS).join(", ") + (names.length > SHOWN_FIELDS ? ", …" : "");
}

/** Turns rows into problems, one at a time. */
class Loading implements Loaded {
  readonly problems: Problem[] = [];
  readonly rejected: Rejected[] = [];
  skipped = 0;
  readonly #read: (row: Row) => Problem | undefined;
  readonly #limit: number;
  readonly #ids = new Map<string, string>();

  constructor(options: LoadOptions) {
    this.#read = problemReader(options);
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
  }

  get full(): boolean {
    return this.problems.length >= this.#limit;
  }

  add(row: RowOrRejected): void {
    if (isRejected(row)) return void this.rejected.push(row);
    const { file, line } = row;
    try {
      const problem = this.#read(row);
      if (!problem) return void this.skipped++;
      const place = `${file}:${line}`;
      const first = this.#ids.get(problem.id);
      if (first) throw new Error(`has the id ${problem.id}, as ${first} has`);
      this.#ids.set(problem.id, place);
      this.problems.push(problem);
    } catch (error) {
      this.rejected.push({ file, line, reason: (error as Error).message });
    }
  }
}
