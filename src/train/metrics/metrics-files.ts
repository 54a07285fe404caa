import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { InvalidOptionError } from "../../errors.ts";
import {
  evaluationLine,
  iterationLine,
  type RecordedEvaluation,
  type RecordedIteration,
} from "./recorded.ts";

/** A file of metrics that somebody else has written to, or damaged. */
export class MetricsFileError extends InvalidOptionError {
  override name = "MetricsFileError";
  readonly path: string;
  /** From 1. */
  readonly line: number;

  constructor(path: string, line: number, problem: string, options?: ErrorOptions) {
    super(`${path}:${line}`, `${problem}; remove that line, or restore the file.`, options);
    this.path = path;
    this.line = line;
  }
}

/** One file, one kind of line, in order of iterations. */
export interface MetricsFile<T extends { iteration: number }> {
  path: string;
  schema: z.ZodType<T>;
}

/** The files of a run's folder. */
export const metricsFiles = (folder: string) => ({
  iterations: {
    path: join(folder, "metrics.jsonl"),
    schema: iterationLine,
  } as MetricsFile<RecordedIteration>,
  evaluations: {
    path: join(folder, "evaluations.jsonl"),
    schema: evaluationLine,
  } as MetricsFile<RecordedEvaluation>,
});

export interface MetricsLine<T> {
  record: T;
  /** Offset in bytes just behind the line's end. */
  end: number;
}

const NEWLINE = 0x0a;

/**
 * The whole lines of a file; none if there is no file. A last line that a crash or a writer at work left
 * unfinished is passed over.
 * @throws MetricsFileError If a line before the last cannot be read.
 */
export async function readMetricsFile<T extends { iteration: number }>({
  path,
  schema,
}: MetricsFile<T>): Promise<MetricsLine<T>[]> {
  const bytes = existsSync(path) ? await readFile(path) : Buffer.alloc(0);
  const lines: MetricsLine<T>[] = [];
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    try {
      lines.push({ record: schema.parse(JSON.parse(bytes.toString("utf8", from, at))), end: at + 1 });
    } catch (cause) {
      // After a power cut a file system may show a last line of the right length, full of zeros.
      if (at + 1 === bytes.length) break;
      throw new MetricsFileError(path, lines.length + 1, "is not a line of metrics", { cause });
    }
    from = at + 1;
  }
  return lines;
}
