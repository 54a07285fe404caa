import { type FileHandle, mkdir, open, truncate } from "node:fs/promises";
import type { EvaluationMetrics, IterationMetrics } from "./iteration-metrics.ts";
import { type MetricsFile, metricsFiles, readMetricsFile } from "./metrics-files.ts";
import type { RecordedEvaluation, RecordedIteration } from "./recorded.ts";

export interface MetricsLogOptions {
  /** Where the files are; made if missing. */
  folder: string;
  /** The iteration of the checkpoint that the run goes on from; 0 starts anew. Later lines are cut off. */
  after?: number;
}

/**
 * `metrics.jsonl` and `evaluations.jsonl`: a line each time, on the disk before `add…` returns. A run that was
 * killed and goes on from a checkpoint has each iteration once: what was logged after the checkpoint is cut off,
 * a torn last line too. NaN and infinities are written as `null`.
 */
export class MetricsLog {
  /** What was there and stays, in order. */
  readonly kept: { iterations: readonly RecordedIteration[]; evaluations: readonly RecordedEvaluation[] };
  readonly #iterations: FileHandle;
  readonly #evaluations: FileHandle;
  #last: number;

  private constructor(
    iterations: Opened<RecordedIteration>,
    evaluations: Opened<RecordedEvaluation>,
    after: number,
  ) {
    this.kept = { iterations: iterations.kept, evaluations: evaluations.kept };
    this.#iterations = iterations.handle;
    this.#evaluations = evaluations.handle;
    this.#last = after;
  }

  /** @throws MetricsFileError If what is there cannot be read. */
  static async open({ folder, after = 0 }: MetricsLogOptions): Promise<MetricsLog> {
    await mkdir(folder, { recursive: true });
    const files = metricsFiles(folder);
    const iterations = await openAfter(files.iterations, after);
    try {
      return new MetricsLog(iterations, await openAfter(files.evaluations, after), after);
    } catch (error) {
      await iterations.handle.close();
      throw error;
    }
  }

  /** @throws If it is not later than the one before: a line twice would be a mistake of the trainer. */
  async addIteration(metrics: IterationMetrics): Promise<void> {
    if (metrics.iteration <= this.#last)
      throw new Error(`Iteration ${metrics.iteration} is logged after iteration ${this.#last}.`);
    this.#last = metrics.iteration;
    await append(this.#iterations, metrics);
  }

  /** An iteration may be evaluated again; readers take the last line. */
  async addEvaluation(metrics: EvaluationMetrics): Promise<void> {
    await append(this.#evaluations, metrics);
  }

  async close(): Promise<void> {
    await this.#iterations.close();
    await this.#evaluations.close();
  }
}

interface Opened<T> {
  handle: FileHandle;
  kept: T[];
}

async function openAfter<T extends { iteration: number }>(
  file: MetricsFile<T>,
  after: number,
): Promise<Opened<T>> {
  const lines = await readMetricsFile(file);
  const later = lines.findIndex(({ record }) => record.iteration > after);
  const kept = later < 0 ? lines : lines.slice(0, later);
  const handle = await open(file.path, "a");
  await truncate(file.path, kept.at(-1)?.end ?? 0);
  return { handle, kept: kept.map(({ record }) => record) };
}

async function append(handle: FileHandle, record: object): Promise<void> {
  await handle.appendFile(`${JSON.stringify(record)}\n`);
  // A checkpoint that outlives a power cut must not be ahead of its metrics.
  await handle.datasync();
}
