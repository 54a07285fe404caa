/** Message pools: built through the journal, filtered for the two stages, read and written. */
export { type BuildOutcome, type BuildPoolOptions, buildPool, POOL_SIZE } from "./build-pool.ts";
export type { BuildFigures } from "./build-tally.ts";
export {
  Decontamination,
  type DecontaminationFigures,
  type DecontaminationOptions,
  NGRAM,
} from "./decontamination.ts";
export type { Check, Drop, DropReason } from "./drop.ts";
export { type ExportPoolOptions, exportPool } from "./export-pool.ts";
export { type FilterFigures, type FilterPoolOptions, filterPool } from "./filter-pool.ts";
export { type ImportFigures, type ImportPoolOptions, importPool } from "./import-pool.ts";
export { type MergeFigures, type MergePoolOptions, mergePool } from "./merge-pool.ts";
export { MAX_MESSAGE_ACCURACY, messageAccuracy } from "./message-accuracy.ts";
export {
  formatPoolEntry,
  type PoolEntry,
  type PoolMessage,
  parsePoolEntry,
  poolEntries,
  type ReadPoolOptions,
  readPool,
} from "./pool-entry.ts";
export { type PoolFigures, PoolStatistics } from "./pool-statistics.ts";
export { QUALITY_CHECKS, type QualityCheck, qualityIssue } from "./quality.ts";
export { JudgeDownError, type QualityJudgeOptions, qualityJudge } from "./quality-judge.ts";
export { type ReleasedRecord, toReleased } from "./released-format.ts";
export { isOfShard, parseShard, type Shard, shardText } from "./shard.ts";
export { type Stage1Options, stage1Checks } from "./stage-1.ts";
export { keepForStage2, readSynthesisScores, stage2Check } from "./stage-2.ts";
