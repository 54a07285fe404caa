import type { Recipe } from "../../train/recipe.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { gpusOf } from "./gpus.ts";
import type { StagePaths } from "./stage-paths.ts";

/** The version whose flags these are. */
export const OPENRLHF_VERSION = "0.11";

export interface TrainerFlagsOptions {
  recipe: Recipe;
  cluster: ClusterSettings;
  stage: number;
  /** Of this stage. */
  iterations: number;
  paths: StagePaths;
  /** The policy that the stage begins with; its critic, or the same directory for a new one. */
  actor: string;
  critic: string;
  rewardUrl: string;
  /** Go on from the last checkpoint. */
  resume: boolean;
  /** There are held-out problems. */
  evaluate: boolean;
}

/** A flag and its values. */
export type Flag = readonly [name: string, ...values: (string | number)[]];

/** The arguments of `python -m openrlhf.cli.train_ppo_ray`. */
export const trainerArguments = (options: TrainerFlagsOptions): string[] => [
  ...trainerFlags(options).flat().map(String),
  ...options.cluster.flags,
];

/** A recipe's stage in OpenRLHF's words, in groups that belong together. */
export function trainerFlags(options: TrainerFlagsOptions): Flag[] {
  return [
    ...dataFlags(options),
    ...batchFlags(options.recipe),
    ...algorithmFlags(options),
    ...learnerFlags("actor", options),
    ...learnerFlags("critic", options),
    ...machineFlags(options.cluster, options.recipe.kl > 0),
    ...outputFlags(options),
  ];
}

const when = (condition: boolean, ...flags: Flag[]): Flag[] => (condition ? flags : []);

/** `instances · iterations` rows, once through: there is no flag for a number of iterations. */
function dataFlags({ recipe, paths, rewardUrl }: TrainerFlagsOptions): Flag[] {
  return [
    ["--data.prompt_dataset", paths.dataset],
    ["--data.input_key", "input"],
    ["--data.label_key", "label"],
    ["--data.apply_chat_template"],
    // Prompt and response together.
    ["--data.max_len", recipe.maxResponseTokens],
    ["--reward.remote_url", rewardUrl],
    ["--train.num_episodes", 1],
    ["--train.seed", recipe.seed],
  ];
}

/** All responses of an iteration are one batch of one step: strictly on-policy (§2.2). */
function batchFlags({ instances, responses, temperature, topP }: Recipe): Flag[] {
  return [
    ["--rollout.batch_size", instances],
    ["--rollout.n_samples_per_prompt", responses],
    ["--rollout.temperature", temperature],
    ["--rollout.top_p", topP],
    ["--rollout.micro_batch_size", 1],
    ["--train.batch_size", instances * responses],
    ["--train.micro_batch_size", 1],
    ["--train.max_epochs", 1],
  ];
}

function algorithmFlags({ recipe, cluster, stage }: TrainerFlagsOptions): Flag[] {
  const { importanceCap } = cluster;
  return [
    ["--algo.advantage.estimator", "gae"],
    ["--algo.advantage.gamma", recipe.gamma],
    ["--algo.advantage.lambd", recipe.lambda],
    ["--algo.kl.init_coef", recipe.kl],
    // k2 has the gradient of the KL; k1, the default, is a penalty of the reward.
    ...when(recipe.kl > 0, ["--algo.kl.use_loss"], ["--algo.kl.estimator", "k2"]),
    ...when(
      importanceCap !== null,
      ["--algo.advantage.is_correction_enable"],
      ["--algo.advantage.is_correction_type", "tis"],
      ["--algo.advantage.is_correction_threshold", 0, importanceCap ?? 0],
    ),
    ["--actor.eps_clip", recipe.clip],
    // 0 adds nothing to the loss, and has the entropy logged.
    ["--actor.entropy_coef", recipe.entropyBonus],
    ["--critic.value_clip", recipe.valueClip ?? "inf"],
    // The policy rests while the iterations done so far are no more than this.
    ...when(stage === 1 && recipe.criticWarmupIterations > 0, [
      "--critic.freezing_steps",
      recipe.criticWarmupIterations - 1,
    ]),
  ];
}

function learnerFlags(role: "actor" | "critic", options: TrainerFlagsOptions): Flag[] {
  const { recipe, iterations } = options;
  const rate = role === "actor" ? recipe.policyLearningRate : recipe.valueLearningRate;
  return [
    [`--${role}.model_name_or_path`, options[role]],
    [`--${role}.optim`, "adam"],
    [`--${role}.adam.lr`, rate],
    [`--${role}.adam.betas`, recipe.adamBeta1, recipe.adamBeta2],
    [`--${role}.adam.eps`, recipe.adamEpsilon],
    [`--${role}.adam.weight_decay`, recipe.weightDecay],
    [`--${role}.lr_scheduler`, "constant_with_warmup"],
    [`--${role}.lr_warmup_ratio`, warmupRatio(recipe.warmupIterations, iterations)],
    [`--${role}.max_norm`, recipe.maxGradientNorm],
  ];
}

/** OpenRLHF warms up for `ceil(iterations · ratio)`: a ratio that rounding cannot push over. */
export function warmupRatio(warmup: number, iterations: number): number {
  const ratio = warmup / Math.max(1, iterations);
  return Math.ceil(iterations * ratio) === warmup ? ratio : (warmup - 0.5) / Math.max(1, iterations);
}

function machineFlags(cluster: ClusterSettings, reference: boolean): Flag[] {
  const { gpusPerNode, colocate, maxTokensPerGpu, ringAttention } = cluster;
  const { actorNodes, criticNodes, vllmEngines } = gpusOf(cluster);
  return [
    ["--actor.num_nodes", actorNodes],
    ["--actor.num_gpus_per_node", gpusPerNode],
    ["--critic.num_nodes", criticNodes],
    ["--critic.num_gpus_per_node", gpusPerNode],
    ...when(reference, ["--ref.num_nodes", actorNodes], ["--ref.num_gpus_per_node", gpusPerNode]),
    ...when(colocate, ["--train.colocate_all"], ["--vllm.enable_sleep"], ["--ds.enable_sleep"]),
    ...when(!colocate && reference, ["--train.colocate_actor_ref"]),
    ["--vllm.num_engines", vllmEngines],
    ["--vllm.tensor_parallel_size", cluster.vllmTensorParallel],
    ["--vllm.gpu_memory_utilization", cluster.vllmMemory],
    ["--vllm.sync_backend", "nccl"],
    ...when(cluster.vllmPrefixCaching, ["--vllm.enable_prefix_caching"]),
    ...when(cluster.vllmEager, ["--vllm.enforce_eager"]),
    ["--ds.zero_stage", cluster.zeroStage],
    ["--ds.param_dtype", "bf16"],
    ["--ds.attn_implementation", cluster.attention],
    ["--ds.packing_samples"],
    ["--ds.ring_attn_size", ringAttention],
    ["--ds.ring_attn_head_stride", cluster.ringHeadStride],
    ...when(cluster.adamOffload, ["--ds.adam_offload"]),
    ...when(cluster.gradientCheckpointing, ["--actor.gradient_checkpointing_enable"]),
    ["--train.dynamic_batch_enable"],
    ["--train.max_tokens_per_gpu", maxTokensPerGpu],
    ["--rollout.max_tokens_per_gpu", maxTokensPerGpu],
  ];
}

function outputFlags({ recipe, cluster, paths, resume, evaluate }: TrainerFlagsOptions): Flag[] {
  return [
    ["--ckpt.output_dir", paths.model],
    ["--ckpt.path", paths.checkpoints],
    ["--ckpt.save_steps", recipe.checkpointEvery],
    ["--ckpt.max_num", cluster.keepCheckpoints],
    ["--ckpt.best_metric_key", "none"],
    ["--critic.save_value_network"],
    ...when(resume, ["--ckpt.load_enable"]),
    ["--logger.logging_steps", 1],
    ["--logger.tensorboard_dir", paths.tensorboard],
    // Else named after the minute: a run that goes on would log elsewhere.
    ["--logger.wandb.run_name", paths.runName],
    ...when(
      evaluate && recipe.evaluateEvery > 0,
      ["--eval.dataset", paths.evaluation],
      ["--eval.steps", recipe.evaluateEvery],
      ["--eval.temperature", recipe.temperature],
      ["--eval.n_samples_per_prompt", cluster.evaluationSamples],
    ),
  ];
}
