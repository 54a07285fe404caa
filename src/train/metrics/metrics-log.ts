import { type FileHandle, mkdir, open, truncate } from "node:fs/promises";
import type { EvaluationMetrics, IterationMetrics } from "./iteration-metrics.ts";
import { type MetricsFile, type MetricsLine, metricsFiles, readMetricsFile } from "./metrics-files.ts";
import type { RecordedEvaluation, RecordedIteration } from "./recorded.ts";

export interface MetricsLogOptions {
  /** Where the files are; made if missing. */
  folder: string;
  /** The iteration of the checkpoint that the run goes on from; 0 starts anew. Later lines are cut off. */
  after?: number;
}

/** What was logged up to a checkpoint. */
export interface KeptMetrics {
  iterations: readonly RecordedIteration[];
  evaluations: readonly RecordedEvaluation[];
}

/**
 * `metrics.jsonl` and `evaluations.jsonl`: a line each time, with the operating system before `add…` returns
 * (a power cut may take the last ones; waiting for the disk would cost more than they are worth). A run that was
 * killed and goes on from a checkpoint has each iteration once: with the first line that is added, what was
 * logged after the checkpoint is cut off, a torn last line too. A log that nothing is added to changes nothing, so
 * that a finished stage can be passed over. NaN and infinities are written as `null`.
 */
export class MetricsLog {
  readonly kept: KeptMetrics;
  readonly #files: readonly [LineFile<RecordedIteration>, LineFile<RecordedEvaluation>];
  #last: number;

  private constructor(
    iterations: LineFile<RecordedIteration>,
    evaluations: LineFile<RecordedEvaluation>,
    after: number,
  ) {
    this.kept = { iterations: iterations.kept, evaluations: evaluations.kept };
    this.#files = [iterations, evaluations];
    this.#last = after;
  }

  /** @throws MetricsFileError If what is there cannot be read. */
  static async open({ folder, after = 0 }: MetricsLogOptions): Promise<MetricsLog> {
    await mkdir(folder, { recursive: true });
    const { iterations, evaluations } = metricsFiles(folder);
    return new MetricsLog(
      await LineFile.read(iterations, after),
      await LineFile.read(evaluations, after),
      after,
    );
  }

  /** @throws If it is not later than the one before: a line twice would be a mistake of the trainer. */
  async addIteration(metrics: IterationMetrics): Promise<void> {
    if (metrics.iteration <= this.#last)
      throw new Error(`Iteration ${metrics.iteration} is logged after iteration ${this.#last}.`);
    this.#last = metrics.iteration;
    await this.#add(0, metrics);
  }

  /** An iteration may be evaluated again; readers take the last line. */
  async addEvaluation(metrics: EvaluationMetrics): Promise<void> {
    await this.#add(1, metrics);
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
  }

  async #add(which: 0 | 1, record: object): Promise<void> {
    for (const file of this.#files) await file.cut();
    await this.#files[which].append(record);
  }
}

/** Lines of a file up to a checkpoint, and a way to go on behind them. */
class LineFile<T extends { iteration: number }> {
  readonly kept: readonly T[];
  readonly #path: string;
  readonly #end: number;
  #handle: FileHandle | undefined;

  private constructor(path: string, lines: readonly MetricsLine<T>[]) {
    this.kept = lines.map(({ record }) => record);
    this.#path = path;
    this.#end = lines.at(-1)?.end ?? 0;
  }

  static async read<T extends { iteration: number }>(file: MetricsFile<T>, after: number) {
    const lines = await readMetricsFile(file);
    const later = lines.findIndex(({ record }) => record.iteration > after);
    return new LineFile(file.path, later < 0 ? lines : lines.slice(0, later));
  }

  /** Once; later calls find it done. */
  async cut(): Promise<void> {
    if (this.#handle) return;
    this.#handle = await open(this.#path, "a");
    await truncate(this.#path, this.#end);
  }

  async append(record: object): Promise<void> {
    await this.#handle?.appendFile(`${JSON.stringify(record)}\n`);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }
}
