import { z } from "zod";
import { InvalidOptionError } from "../../errors.ts";

const count = z.int().min(1);
const share = z.number().gt(0).max(1);
const words = z.array(z.string().min(1));

/** Not what OpenRLHF is called with: {@link trainerFlags} says it in its words. */
export const clusterSchema = z.strictObject({
  launcher: z.enum(["local", "ray-job", "slurm"]).default("local"),
  python: z.string().min(1).default("python3"),
  anyVersion: z.boolean().default(false),
  rayAddress: z.string().min(1).default("http://127.0.0.1:8265"),
  slurmLines: words.default([]),
  setup: words.default([]),
  env: z.record(z.string(), z.string()).default({}),
  flags: words.default([]),
  restarts: z.int().min(0).default(3),

  nodes: count.default(1),
  gpusPerNode: count.default(8),
  colocate: z.boolean().default(true),
  actorNodes: count.optional(),
  criticNodes: count.optional(),
  vllmEngines: count.optional(),
  vllmTensorParallel: count.default(1),
  vllmMemory: share.default(0.6),
  vllmPrefixCaching: z.boolean().default(true),
  vllmEager: z.boolean().default(false),

  ringAttention: count.default(1),
  ringHeadStride: count.default(1),
  zeroStage: z.int().min(0).max(3).default(3),
  adamOffload: z.boolean().default(false),
  gradientCheckpointing: z.boolean().default(true),
  maxTokensPerGpu: count.default(16_384),
  attention: z.string().startsWith("flash_attention").default("flash_attention_2"),
  importanceCap: z.number().positive().nullable().default(8),
  keepCheckpoints: z.int().min(2).default(3),
  evaluationSamples: z.int().min(2).default(4),

  yarnFactor: z.number().min(1).default(1),
  yarnOriginalLength: count.optional(),
  yarnTemperature: z.boolean().default(false),

  rewardHost: z.string().min(1).default("127.0.0.1"),
  rewardPort: z.int().min(0).max(65_535).default(0),

  serveCommand: words.min(1).default(["vllm", "serve"]),
  serveHost: z.string().min(1).default("127.0.0.1"),
  servePort: z.int().min(0).max(65_535).default(0),
  serveTensorParallel: count.default(1),
  serveDataParallel: count.default(1),
  serveMemory: share.default(0.9),
  serveFlags: words.default([]),
  serveStartMinutes: z.number().positive().default(30),
});

/** The recipe's section `cluster`: the machines, and what the paper leaves to who has them. */
export type ClusterSettings = z.infer<typeof clusterSchema>;

const GPUS = "your machines";
const MEMORY = "what fits into a GPU's memory; changes nothing of the algorithm";

/** What each setting is, and where its default comes from. */
export const CLUSTER_SOURCES: Record<keyof ClusterSettings, string> = {
  launcher: "local: on this host's Ray; ray-job: `ray job submit`; slurm: `sbatch --wait`",
  python: "the Python that has OpenRLHF 0.11",
  anyVersion: "start whatever version of OpenRLHF there is",
  rayAddress: "of `ray job submit`: the cluster's dashboard",
  slurmLines: "what follows #SBATCH, a line each: partition, account, time",
  setup: "shell lines before Python, under slurm: modules, a virtual environment",
  env: "environment variables of the trainer",
  flags: "more flags for OpenRLHF, at the end",
  restarts: "how often a trainer that died is started again without a checkpoint more",
  nodes: GPUS,
  gpusPerNode: GPUS,
  colocate: "policy, critic and vLLM take turns on the same GPUs (OpenRLHF's hybrid engine)",
  actorNodes: "of the policy, where nothing is colocated; default: nodes",
  criticNodes: "of the critic, where nothing is colocated; default: actorNodes",
  vllmEngines: "default, colocated: all GPUs / vllmTensorParallel",
  vllmTensorParallel: "GPUs of one vLLM engine",
  vllmMemory: "share of a GPU's memory for vLLM while it samples",
  vllmPrefixCaching: "the responses to a prompt share its cache; emptied with every new policy",
  vllmEager: "no CUDA graphs: slower, a little less memory",
  ringAttention: "GPUs that share one sequence: with maxTokensPerGpu it must hold the longest one",
  ringHeadStride: MEMORY,
  zeroStage: MEMORY,
  adamOffload: MEMORY,
  gradientCheckpointing: MEMORY,
  maxTokensPerGpu: MEMORY,
  attention: "packed sequences need flash attention",
  importanceCap: "truncated importance sampling at 8: the paper's stage before (Appendix A); null: none",
  keepCheckpoints: "of the run's state; a resumed run needs one that policy and critic share",
  evaluationSamples: "responses to each held-out problem",
  yarnFactor: "positions are stretched by it, in config.json; the paper's evaluations have 2 (§3.2)",
  yarnOriginalLength: "positions the model was trained at; default: what its config.json says",
  yarnTemperature: "sharpen attention with it; the paper does not (§3.2)",
  rewardHost: "address of this host that the trainer's nodes reach; loopback on one node",
  rewardPort: "0: any free one",
  serveCommand: "what serves a checkpoint while synthesis accuracy is measured",
  serveHost: "where it listens, and where it is asked",
  servePort: "0: any free one",
  serveTensorParallel: "GPUs of one replica while measuring",
  serveDataParallel: "replicas while measuring",
  serveMemory: "share of a GPU's memory while measuring",
  serveFlags: "more flags for it",
  serveStartMinutes: "how long it may take until it lists its model",
};

/** The defaults: one host of eight GPUs. */
export const DEFAULT_CLUSTER: ClusterSettings = clusterSchema.parse({});

/**
 * Check a recipe's section `cluster` as it was read from YAML.
 * @throws {InvalidOptionError} that names the setting.
 */
export function parseCluster(value: unknown): ClusterSettings {
  const parsed = clusterSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["cluster", ...(issue?.path ?? [])].join(".");
  throw new InvalidOptionError(path, issue?.message ?? "it cannot be read");
}
