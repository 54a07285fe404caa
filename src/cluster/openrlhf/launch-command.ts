import type { ChildCommand } from "./child.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { quotedShell } from "./quoted-shell.ts";
import { slurmScript } from "./slurm-script.ts";
import type { StagePaths } from "./stage-paths.ts";

/** How a trainer is started, and stopped by others than its own process. */
export interface LaunchCommand {
  command: string;
  args: string[];
  /** On top of this process's environment. */
  env: Record<string, string>;
  /** To be written before. */
  files: Readonly<Record<string, string>>;
  /** Ends what an earlier life left with the cluster; its process alone is not all of it. */
  stop?: { command: string; args: string[] };
}

/** Takes the place of the reward server's address where it must not be written down. */
export const REWARD_URL_VARIABLE = "PACORE_REWARD_URL";

const MODULE = "openrlhf.cli.train_ppo_ray";

export interface LaunchOptions {
  cluster: ClusterSettings;
  paths: StagePaths;
  args: readonly string[];
  /** Tells jobs apart: of runs, and of one run's lives. */
  job: string;
  rewardUrl: string;
}

/** The command of a launcher. Under Slurm the address of the reward server travels in the environment, not in a file. */
export function launchCommand(options: LaunchOptions): LaunchCommand {
  const { cluster, args, job } = options;
  const { python, env } = cluster;
  const training = ["-u", "-m", MODULE, ...args];
  switch (cluster.launcher) {
    case "local":
      return { command: python, args: training, env, files: {} };
    case "ray-job": {
      const address = ["--address", cluster.rayAddress];
      const runtime =
        Object.keys(env).length > 0 ? ["--runtime-env-json", JSON.stringify({ env_vars: env })] : [];
      return {
        command: "ray",
        args: ["job", "submit", ...address, "--submission-id", job, ...runtime, "--", python, ...training],
        env: {},
        files: {},
        stop: { command: "ray", args: ["job", "stop", ...address, job] },
      };
    }
    case "slurm":
      return slurmCommand(options, [python, ...training]);
    default:
      return cluster.launcher satisfies never;
  }
}

function slurmCommand({ cluster, paths, job, rewardUrl }: LaunchOptions, command: string[]): LaunchCommand {
  const words = command.map((word) => (word === rewardUrl ? `"$${REWARD_URL_VARIABLE}"` : quotedShell(word)));
  return {
    command: "sbatch",
    args: ["--wait", `--job-name=${job}`, "--export=ALL", paths.slurmScript],
    env: { ...cluster.env, [REWARD_URL_VARIABLE]: rewardUrl },
    files: { [paths.slurmScript]: slurmScript(cluster, paths, words.join(" ")) },
    stop: { command: "scancel", args: [`--name=${job}`] },
  };
}

/** As a shell takes it, a flag a line. The reward server's address is a variable, for it holds a token. */
export function commandText(
  { command, args }: Pick<ChildCommand, "command" | "args">,
  rewardUrl: string,
): string {
  const words = [command, ...args].map((word) =>
    word === rewardUrl ? `"$${REWARD_URL_VARIABLE}"` : quotedShell(word),
  );
  let text = "";
  for (const word of words) {
    const flag = word.startsWith("--");
    text += text === "" ? word : `${flag ? " \\\n  " : " "}${word}`;
  }
  return text;
}
