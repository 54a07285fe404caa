import type { ClusterSettings } from "./cluster-settings.ts";

export interface GpuCounts {
  actorNodes: number;
  criticNodes: number;
  vllmEngines: number;
  /** GPUs, colocated or not. */
  actor: number;
  critic: number;
  vllm: number;
}

/** How many GPUs each part has. */
export function gpusOf(cluster: ClusterSettings): GpuCounts {
  const { nodes, gpusPerNode, colocate, vllmTensorParallel } = cluster;
  const actorNodes = colocate ? nodes : (cluster.actorNodes ?? nodes);
  const criticNodes = colocate ? nodes : (cluster.criticNodes ?? actorNodes);
  const vllmEngines = cluster.vllmEngines ?? Math.floor((nodes * gpusPerNode) / vllmTensorParallel);
  return {
    actorNodes,
    criticNodes,
    vllmEngines,
    actor: actorNodes * gpusPerNode,
    critic: criticNodes * gpusPerNode,
    vllm: vllmEngines * vllmTensorParallel,
  };
}
