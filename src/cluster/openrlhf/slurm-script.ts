import type { ClusterSettings } from "./cluster-settings.ts";
import { quotedShell } from "./quoted-shell.ts";
import type { StagePaths } from "./stage-paths.ts";

const RAY_PORT = 6379;

/**
 * A batch script: Ray on every node of the job, the first one its head, then the trainer on the head. The job ends with
 * the trainer, and with its exit code.
 */
export function slurmScript(cluster: ClusterSettings, { folder }: StagePaths, trainer: string): string {
  const { nodes, gpusPerNode, python, slurmLines, setup } = cluster;
  const output = `${folder}/slurm-%j.log`;
  return [
    "#!/bin/bash",
    `#SBATCH --nodes=${nodes}`,
    "#SBATCH --ntasks-per-node=1",
    `#SBATCH --gpus-per-node=${gpusPerNode}`,
    "#SBATCH --exclusive",
    `#SBATCH --output=${output}`,
    ...slurmLines.map((line) => `#SBATCH ${line}`),
    "set -eo pipefail",
    ...setup,
    `mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")`,
    `address="$(srun --overlap --nodes=1 --ntasks=1 -w "\${nodes[0]}" hostname --ip-address | awk '{ print $1 }')"`,
    `start_ray() { srun --overlap --nodes=1 --ntasks=1 -w "$1" ray start --block --num-gpus=${gpusPerNode} "\${@:2}" & }`,
    `start_ray "\${nodes[0]}" --head --node-ip-address="$address" --port=${RAY_PORT}`,
    "sleep 10",
    `for node in "\${nodes[@]:1}"; do start_ray "$node" --address="$address:${RAY_PORT}"; done`,
    `export RAY_ADDRESS="$address:${RAY_PORT}"`,
    `${quotedShell(python)} - <<'WAIT'`,
    "import ray, time",
    "ray.init()",
    `deadline = time.time() + 600`,
    `while ray.cluster_resources().get("GPU", 0) < ${nodes * gpusPerNode}:`,
    `    if time.time() > deadline: raise SystemExit("not all nodes joined Ray within ten minutes")`,
    "    time.sleep(2)",
    "WAIT",
    trainer,
    "",
  ].join("\n");
}
