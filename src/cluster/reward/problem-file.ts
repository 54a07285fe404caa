import { type FileHandle, open } from "node:fs/promises";
import { extname } from "node:path";
import { type Loaded, loadProblems, problemReader } from "../../data/load.ts";
import { parseJson } from "../../data/parse-json.ts";
import { PROBLEM_KINDS, type Problem, type ProblemKind } from "../../data/problem.ts";
import { linesOf } from "../../data/read-jsonl.ts";
import type { Rejected } from "../../data/rows.ts";
import { InvalidOptionError } from "../../errors.ts";
import { parsePoolEntry } from "../../train/pool/pool-entry.ts";

/** The problems that labels name without carrying them. */
export interface ProblemFile {
  /** How many there are of each kind. */
  readonly kinds: Readonly<Partial<Record<ProblemKind, number>>>;
  readonly rejected: readonly Rejected[];
  find(id: string): Promise<Problem | undefined>;
  close(): Promise<void>;
}

/**
 * Problems out of a data set or a pool. JSON lines stay in the file and are read when one is asked for: tests of
 * programs are gigabytes.
 * @throws {InvalidOptionError} if it cannot be read, or has no problem.
 */
export async function openProblemFile(source: string): Promise<ProblemFile> {
  const isLines = [".jsonl", ".ndjson"].includes(extname(source).toLowerCase()) && !source.startsWith("hf:");
  const file = isLines ? await IndexedFile.open(source) : loaded(await loadProblems(source));
  if (Object.keys(file.kinds).length > 0) return file;
  await file.close();
  const [first] = file.rejected;
  const why = first ? ` (${first.file}:${first.line}: ${first.reason})` : "";
  throw new InvalidOptionError("problems", `${source} has no problem${why}.`);
}

const loaded = ({ problems, rejected }: Loaded): ProblemFile => ({ ...problemsInMemory(problems), rejected });

/** Problems that are at hand already. */
export function problemsInMemory(problems: readonly Problem[]): ProblemFile {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  const kinds = Object.fromEntries(
    PROBLEM_KINDS.map((kind) => [kind, problems.filter((one) => one.kind === kind).length] as const).filter(
      ([, count]) => count > 0,
    ),
  );
  return { kinds, rejected: [], find: async (id) => byId.get(id), close: async () => {} };
}

interface Place {
  offset: number;
  length: number;
  line: number;
}

/** Where each problem's line is. */
class IndexedFile implements ProblemFile {
  readonly kinds: Partial<Record<ProblemKind, number>> = {};
  readonly rejected: Rejected[] = [];
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #places = new Map<string, Place>();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<IndexedFile> {
    const handle = await open(path).catch((cause) => {
      throw new InvalidOptionError("problems", `${path} cannot be read (${(cause as Error).message}).`, {
        cause,
      });
    });
    const file = new IndexedFile(path, handle);
    let [offset, line] = [0, 0];
    const chunks = handle.createReadStream({ autoClose: false, start: 0, highWaterMark: 1 << 20 });
    for await (const bytes of linesOf(chunks)) {
      file.#add(Buffer.from(bytes), { offset, length: bytes.length, line: ++line });
      offset += bytes.length + 1;
    }
    return file;
  }

  #add(bytes: Buffer, place: Place): void {
    if (bytes.toString().trim() === "") return;
    try {
      const { id, kind } = readProblem(bytes, this.#path, place.line);
      if (this.#places.has(id)) throw new Error(`has the id ${id}, as another line has`);
      this.#places.set(id, place);
      this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    } catch (error) {
      this.rejected.push({ file: this.#path, line: place.line, reason: (error as Error).message });
    }
  }

  async find(id: string): Promise<Problem | undefined> {
    const place = this.#places.get(id);
    if (!place) return undefined;
    const bytes = Buffer.alloc(place.length);
    await this.#file.read(bytes, 0, place.length, place.offset);
    return readProblem(bytes, this.#path, place.line);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const nativeOrKnown = problemReader({});

/** A line of a pool, or of a data set in any format that is told from its fields. @throws {Error} with the reason. */
function readProblem(bytes: Buffer, file: string, line: number): Problem {
  const value = parseJson(bytes.toString()) as Record<string, unknown>;
  if (typeof value !== "object" || value === null) throw new Error("is no object");
  if ("conversation" in value && "id" in value) return parsePoolEntry(value, "").problem;
  const problem = nativeOrKnown({ file, line, value });
  if (!problem) throw new Error("is left out on purpose (a picture)");
  return problem;
}
