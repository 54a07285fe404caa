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
