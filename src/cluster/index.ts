/** Training on a cluster: what an engine of somebody else's needs of this project. */
export {
  encodeLabel,
  isInlined,
  LabelError,
  type LabelOptions,
  parseLabel,
  type RewardLabel,
} from "./reward/label.ts";
