/** Training on a cluster: what an engine of somebody else's needs of this project. */

export { type ClusterSettings, parseCluster } from "./openrlhf/cluster-settings.ts";
export {
  type OpenRlhfEngineOptions,
  openRlhfEngine,
  type RewardsOptions,
  type RunningRewards,
  type StartRewards,
  TrainerError,
} from "./openrlhf/openrlhf-engine.ts";
export {
  encodeLabel,
  isInlined,
  LabelError,
  type LabelOptions,
  parseLabel,
  type RewardLabel,
} from "./reward/label.ts";
export {
  type DomainFigures,
  type GroupFigures,
  RewardFigures,
} from "./reward/log-figures.ts";
export { readRewardLog } from "./reward/read-log.ts";
export type { RewardLine } from "./reward/reward-log.ts";
export {
  type RewardServer,
  type RewardServerOptions,
  startRewardServer,
} from "./reward/start-reward-server.ts";
export type { EpisodeOptions } from "./reward/synthesis-episodes.ts";
