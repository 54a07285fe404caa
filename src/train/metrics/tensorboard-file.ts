import { type FileHandle, mkdir, open, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { scalarRecord, startRecord, versionRecord } from "./event-record.ts";
import type { KeptMetrics } from "./metrics-log.ts";
import type { RecordedEvaluation, RecordedIteration } from "./recorded.ts";
import { evaluationScalars, iterationScalars } from "./scalars.ts";

export interface TensorBoardFileOptions {
  folder: string;
  /** What a resumed run has done already. */
  kept?: KeptMetrics;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const NOTHING: KeptMetrics = { iterations: [], evaluations: [] };

/** Ours only: other programs may log to the same folder. */
const OURS = /^events\.out\.tfevents\.\d+\.pacore\.\d+$/;

/**
 * `events.out.tfevents.*` of a run, for TensorBoard. It repeats the metrics files and is nobody's source: a
 * resumed run writes it again from what they kept, so that every reader sees each iteration once. Wall times of
 * what is repeated count back from now by the iterations' own seconds: pauses between a run's lives are left out.
 */
export class TensorBoardFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #now: () => number;

  private constructor(path: string, handle: FileHandle, now: () => number) {
    this.path = path;
    this.#handle = handle;
    this.#now = now;
  }

  static async open({
    folder,
    kept = NOTHING,
    now = Date.now,
  }: TensorBoardFileOptions): Promise<TensorBoardFile> {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) if (OURS.test(name)) await discard(join(folder, name));
    const path = join(folder, `events.out.tfevents.${Math.floor(now() / 1000)}.pacore.${process.pid}`);
    const file = new TensorBoardFile(path, await open(path, "w"), now);
    await file.#handle.appendFile(Buffer.concat(history(kept, now() / 1000)));
    return file;
  }

  async addIteration(metrics: RecordedIteration): Promise<void> {
    await this.#add(metrics.iteration, iterationScalars(metrics));
  }

  async addEvaluation(metrics: RecordedEvaluation): Promise<void> {
    await this.#add(metrics.iteration, evaluationScalars(metrics));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #add(step: number, scalars: Record<string, number>): Promise<void> {
    await this.#handle.appendFile(scalarRecord({ wallTime: this.#now() / 1000, step, scalars }));
  }
}

/** Emptied first, removed the next time: TensorBoard's Python loader never gets over a file that is gone. */
async function discard(path: string): Promise<void> {
  if ((await stat(path)).size > 0) await truncate(path);
  else await rm(path);
}

function history({ iterations, evaluations }: KeptMetrics, now: number): Buffer[] {
  const steps = [
    ...iterations.map((metrics) => ({ ...step(metrics), scalars: iterationScalars(metrics) })),
    ...evaluations.map((metrics) => ({
      step: metrics.iteration,
      seconds: 0,
      scalars: evaluationScalars(metrics),
    })),
  ].sort((a, b) => a.step - b.step);
  let wallTime = now - steps.reduce((sum, { seconds }) => sum + seconds, 0);
  const records = [versionRecord(wallTime), startRecord(wallTime)];
  for (const { step, seconds, scalars } of steps) {
    wallTime += seconds;
    records.push(scalarRecord({ wallTime, step, scalars }));
  }
  return records;
}

const step = ({ iteration, seconds }: RecordedIteration) => ({
  step: iteration,
  seconds: seconds.total ?? 0,
});
