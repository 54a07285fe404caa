import { basename, join, resolve } from "node:path";

/** Where everything of a stage is. Absolute: other programs are told of it. */
export interface StagePaths {
  folder: string;
  /** The rows, in the order of iterations. */
  dataset: string;
  /** Held-out problems, where there are any. */
  evaluation: string;
  /** The model that the stage begins with, positions stretched. */
  start: string;
  /** The policy when the stage is over; its critic is beside, under a name that OpenRLHF makes. */
  model: string;
  critic: string;
  /** DeepSpeed's states, by iteration. */
  checkpoints: string;
  tensorboard: string;
  /** Where OpenRLHF puts its event files below `tensorboard`. */
  runName: string;
  log: string;
  rewardLog: string;
  slurmScript: string;
  state: string;
  /** Of the trainer's process, while it runs. */
  trainer: string;
}

export function stagePaths(out: string): StagePaths {
  const folder = resolve(out);
  const at = (name: string) => join(folder, name);
  return {
    folder,
    dataset: at("rows.jsonl"),
    evaluation: at("held-out.jsonl"),
    start: at("start"),
    model: at("model"),
    critic: at("model_critic"),
    checkpoints: at("checkpoints"),
    tensorboard: at("tensorboard"),
    runName: basename(folder),
    log: at("trainer.log"),
    rewardLog: at("rewards.jsonl"),
    slurmScript: at("launch.sbatch"),
    state: at("state.json"),
    trainer: at("trainer.json"),
  };
}
