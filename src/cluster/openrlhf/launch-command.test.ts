import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { PAPER_RECIPE, parseRecipe } from "../../train/recipe.ts";
import { parseCluster } from "./cluster-settings.ts";
import { commandText, launchCommand } from "./launch-command.ts";
import { stagePaths } from "./stage-paths.ts";
import { trainerFlags, warmupRatio } from "./trainer-flags.ts";

const URL = "http://10.0.0.1:8001/secret-token-of-the-run";
const paths = stagePaths("/runs/it's/stage-1");
const options = {
  recipe: PAPER_RECIPE,
  cluster: parseCluster({ ringAttention: 8 }),
  stage: 1,
  iterations: 250,
  paths,
  actor: paths.start,
  critic: paths.start,
  rewardUrl: URL,
  resume: false,
  evaluate: false,
};

const flagsOf = (change: object = {}) =>
  new Map(trainerFlags({ ...options, ...change }).map(([name, ...values]) => [name, values.join(" ")]));

test("the paper's recipe: one update for 16 × 64 responses, λ = γ = 1, no KL, 131,072 tokens", () => {
  expect(Object.fromEntries(flagsOf())).toMatchObject({
    "--rollout.batch_size": "16",
    "--rollout.n_samples_per_prompt": "64",
    "--train.batch_size": "1024",
    "--train.max_epochs": "1",
    "--train.num_episodes": "1",
    "--algo.advantage.estimator": "gae",
    "--algo.advantage.gamma": "1",
    "--algo.advantage.lambd": "1",
    "--algo.kl.init_coef": "0",
    "--algo.advantage.is_correction_threshold": "0 8",
    "--data.max_len": "131072",
    "--actor.adam.lr": "0.000001",
    "--critic.adam.lr": "0.000005",
    "--actor.lr_warmup_ratio": "0.2",
  });
  for (const absent of [
    "--rollout.max_new_tokens",
    "--ckpt.load_enable",
    "--ref.num_nodes",
    "--eval.dataset",
  ])
    expect(flagsOf().has(absent)).toBe(false);
});

test("what a recipe may change is changed, and an iteration of warm-up is one", () => {
  const recipe = parseRecipe({ kl: 0.1, valueClip: null, criticWarmupIterations: 5 });
  const flags = flagsOf({ recipe, resume: true, evaluate: true });
  expect(flags.get("--algo.kl.estimator")).toBe("k2");
  expect(flags.get("--critic.value_clip")).toBe("inf");
  // The policy rests while no more than 4 iterations are done: 0 … 4 are five.
  expect(flags.get("--critic.freezing_steps")).toBe("4");
  expect(flagsOf({ recipe, stage: 2 }).has("--critic.freezing_steps")).toBe(false);
  expect(flags.has("--ckpt.load_enable")).toBe(true);
  expect(flags.get("--eval.temperature")).toBe("1");
  for (let iterations = 1; iterations < 800; iterations++)
    for (const warmup of [1, 7, 50])
      expect(Math.ceil(iterations * warmupRatio(warmup, iterations))).toBe(warmup);
});

const launch = (settings: object) =>
  launchCommand({
    cluster: parseCluster(settings),
    paths,
    args: ["--reward.remote_url", URL, "--ckpt.path", paths.checkpoints],
    job: "pacore-1",
    rewardUrl: URL,
  });

test("each launcher starts the same module, and can stop what it started", () => {
  expect(launch({ python: "py" })).toMatchObject({
    command: "py",
    args: [
      "-u",
      "-m",
      "openrlhf.cli.train_ppo_ray",
      "--reward.remote_url",
      URL,
      "--ckpt.path",
      paths.checkpoints,
    ],
  });
  const job = launch({ launcher: "ray-job", env: { NCCL_DEBUG: "WARN" } });
  expect(job.args.slice(0, 8)).toEqual([
    "job",
    "submit",
    "--address",
    "http://127.0.0.1:8265",
    "--submission-id",
    "pacore-1",
    "--runtime-env-json",
    '{"env_vars":{"NCCL_DEBUG":"WARN"}}',
  ]);
  expect(job.stop).toEqual({
    command: "ray",
    args: ["job", "stop", "--address", "http://127.0.0.1:8265", "pacore-1"],
  });
  expect(launch({ launcher: "slurm" }).stop).toEqual({ command: "scancel", args: ["--name=pacore-1"] });
});

test("a Slurm script is one that bash reads, and holds no token", () => {
  const { files, env } = launch({
    launcher: "slurm",
    nodes: 4,
    slurmLines: ["--time=24:00:00"],
    setup: ["module load cuda"],
  });
  const script = files[paths.slurmScript] as string;
  execFileSync("bash", ["-n"], { input: script });
  expect(script).toContain("#SBATCH --nodes=4\n");
  expect(script).toContain("#SBATCH --time=24:00:00\n");
  expect(script).toContain("< 32:");
  expect(script).not.toContain("secret");
  expect(env.PACORE_REWARD_URL).toBe(URL);
});

test("a printed command is read back by a shell word by word, with the address from its variable", () => {
  const command = launch({});
  const text = commandText(command, URL);
  expect(text).not.toContain("secret");
  const words = execFileSync("sh", ["-c", `printf '%s\\n' ${text}`], {
    encoding: "utf8",
    env: { PACORE_REWARD_URL: URL },
  });
  expect(words.trimEnd().split("\n")).toEqual([command.command, ...command.args]);
});
