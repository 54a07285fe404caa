import type { EvaluationMetrics, IterationMetrics } from "./iteration-metrics.ts";
import { MetricsLog, type MetricsLogOptions } from "./metrics-log.ts";
import type { RecordedEvaluation } from "./recorded.ts";
import { TensorBoardFile } from "./tensorboard-file.ts";

/** All that a training run leaves behind while it goes: metrics files, and TensorBoard's. */
export interface RunLog {
  /** Evaluations that a resumed run need not repeat. */
  evaluations: readonly RecordedEvaluation[];
  addIteration(metrics: IterationMetrics): Promise<void>;
  addEvaluation(metrics: EvaluationMetrics): Promise<void>;
  close(): Promise<void>;
}

/**
 * Nothing is written before something is added.
 * @throws MetricsFileError If the metrics that are there cannot be read.
 */
export async function openRunLog(options: MetricsLogOptions): Promise<RunLog> {
  const log = await MetricsLog.open(options);
  let opened: TensorBoardFile | undefined;
  const board = async () => {
    opened ??= await TensorBoardFile.open({ folder: options.folder, kept: log.kept });
    return opened;
  };
  return {
    evaluations: log.kept.evaluations,
    addIteration: async (metrics) => {
      await log.addIteration(metrics);
      await (await board()).addIteration(metrics);
    },
    addEvaluation: async (metrics) => {
      await log.addEvaluation(metrics);
      await (await board()).addEvaluation(metrics);
    },
    close: async () => {
      await log.close();
      await opened?.close();
    },
  };
}
