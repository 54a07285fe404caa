import { InvalidOptionError } from "../../errors.ts";
import type { Recipe } from "../../train/recipe.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { gpusOf } from "./gpus.ts";

const LOOPBACK = /^(localhost|127\.|\[?::1\]?$)/;

/**
 * What OpenRLHF cannot do is refused, not left out.
 * @throws {InvalidOptionError} that names the field.
 */
export function checkOpenRlhfRecipe(recipe: Recipe, cluster: ClusterSettings): void {
  const wrong = [...missing(recipe), ...misfits(recipe, cluster), ...unreachable(cluster)];
  const [first] = wrong;
  if (first) throw new InvalidOptionError(...first);
}

type Issue = [field: string, problem: string];

function missing(recipe: Recipe): Issue[] {
  const needs = (field: keyof Recipe, holds: boolean, problem: string): Issue[] =>
    holds ? [] : [[field, `${problem} with the engine openrlhf.`]];
  return [
    ...needs("criticSteps", recipe.criticSteps === 1, "the critic takes as many steps as the policy, 1,"),
    ...needs(
      "decayIterations",
      recipe.decayIterations === 0,
      "rates are constant after their warm-up, so 0,",
    ),
    ...needs("normaliseAdvantages", recipe.normaliseAdvantages, "advantages are always normalised, so true,"),
    ...needs("onlinePool", !recipe.onlinePool, "messages come from the cached pool, so false,"),
    ...needs(
      "soloKl",
      recipe.soloInstances === 0 || recipe.soloKl === recipe.kl,
      "all prompts have the same KL, so as much as kl,",
    ),
  ];
}

function misfits(recipe: Recipe, cluster: ClusterSettings): Issue[] {
  const { nodes, gpusPerNode, ringAttention, maxTokensPerGpu, vllmTensorParallel, colocate } = cluster;
  const { actor, critic, vllm } = gpusOf(cluster);
  const issues: Issue[] = [];
  const all = nodes * gpusPerNode;
  if (colocate && vllm !== all)
    issues.push([
      "cluster.vllmEngines",
      `colocated engines use all GPUs: vllmEngines × vllmTensorParallel is ${vllm}, nodes × gpusPerNode ${all}.`,
    ]);
  if (colocate && all % vllmTensorParallel !== 0)
    issues.push(["cluster.vllmTensorParallel", `${vllmTensorParallel} does not divide ${all} GPUs.`]);
  if (!colocate && actor + critic + vllm > all)
    issues.push([
      "cluster.nodes",
      `policy, critic and vLLM need ${actor} + ${critic} + ${vllm} GPUs, there are ${all}.`,
    ]);
  if (!colocate && cluster.vllmEngines === undefined)
    issues.push(["cluster.vllmEngines", "say how many, where nothing is colocated."]);
  for (const gpus of [actor, critic])
    if (gpus % ringAttention !== 0)
      issues.push(["cluster.ringAttention", `${ringAttention} does not divide ${gpus} GPUs.`]);
  const batch = recipe.instances * recipe.responses;
  const replicas = actor / ringAttention;
  if (batch % replicas !== 0)
    issues.push(["instances", `${batch} responses cannot be shared evenly by ${replicas} replicas.`]);
  if (maxTokensPerGpu * ringAttention < recipe.maxResponseTokens)
    issues.push([
      "cluster.maxTokensPerGpu",
      `${maxTokensPerGpu} × ringAttention ${ringAttention} does not hold a sequence of ` +
        `${recipe.maxResponseTokens}; raise one of them, or lower maxResponseTokens.`,
    ]);
  return issues;
}

function unreachable({ nodes, launcher, rewardHost }: ClusterSettings): Issue[] {
  if (!LOOPBACK.test(rewardHost) || (nodes === 1 && launcher !== "slurm")) return [];
  const problem = "other nodes cannot reach loopback; name an address of this host in the cluster's network.";
  return [["cluster.rewardHost", problem]];
}
