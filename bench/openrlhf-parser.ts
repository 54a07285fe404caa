/**
 * Is what `pacore train --engine openrlhf` generates accepted by OpenRLHF's own parser and checks, and does it mean what
 * the recipe says?
 *
 *     git clone --depth 1 https://github.com/OpenRLHF/OpenRLHF
 *     node bench/openrlhf-parser.ts --openrlhf OpenRLHF [--python python3] [recipes/pacore-8b.yaml …]
 *
 * No GPU is needed: `openrlhf-parser.py` runs the peer's entry point with stand-ins for what is not installed. With Hugging
 * Face's `datasets` in that Python, the peer's loader reads the rows too.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { checkOpenRlhfRecipe } from "../src/cluster/openrlhf/check-recipe.ts";
import { parseCluster } from "../src/cluster/openrlhf/cluster-settings.ts";
import { gpusOf } from "../src/cluster/openrlhf/gpus.ts";
import { promptRows } from "../src/cluster/openrlhf/prompt-rows.ts";
import { stagePaths } from "../src/cluster/openrlhf/stage-paths.ts";
import { trainerArguments } from "../src/cluster/openrlhf/trainer-flags.ts";
import { writeRows } from "../src/cluster/openrlhf/write-rows.ts";
import { type PoolEntry, parseRecipe, type Recipe, SynthesisEnvironment } from "../src/train/index.ts";

const { values, positionals } = parseArgs({
  options: { openrlhf: { type: "string" }, python: { type: "string", default: "python3" } },
  allowPositionals: true,
});
if (!values.openrlhf) throw new Error("Name a checkout of OpenRLHF: --openrlhf DIR");
const recipes =
  positionals.length > 0
    ? positionals
    : ["pacore-8b", "qwen3-1.7b", "qwen3-0.6b"].map((name) =>
        fileURLToPath(new URL(`../recipes/${name}.yaml`, import.meta.url)),
      );

const entries = Array.from({ length: 40 }, (_, p): PoolEntry => {
  const messages = Array.from({ length: 24 }, (_, i) => ({
    text: `<image> ${p}: \\boxed{${i}}`,
    score: i < 3 ? 1 : 0,
  }));
  return {
    problem: { id: `p${p}`, prompt: `What is ${p} + 1?`, answer: `${p + 1}`, kind: "math" },
    messages,
  };
});
const folder = mkdtempSync(join(tmpdir(), "pacore-openrlhf-"));
let failures = 0;
try {
  for (const path of recipes) for (const stage of [1, 2] as const) await checkStage(path, stage);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failures > 0 ? 1 : 0;

// biome-ignore lint/suspicious/noExplicitAny: the peer's arguments
type Args = any;

async function checkStage(path: string, stage: 1 | 2): Promise<void> {
  const { cluster: section, ...fields } = parse(await readFile(path, "utf8"));
  const [recipe, cluster] = [parseRecipe(fields), parseCluster(section)];
  checkOpenRlhfRecipe(recipe, cluster);
  const paths = stagePaths(join(folder, recipe.name, `stage-${stage}`));
  const iterations = stage === 1 ? recipe.stage1Iterations : recipe.stage2Iterations;
  const environment = new SynthesisEnvironment({ ...recipe, entries, score: async () => null });
  const iterationsBefore = stage === 1 ? 0 : recipe.stage1Iterations;
  const rows = promptRows({ environment, iterations, iterationsBefore });
  await writeRows(paths.dataset, rows, recipe.maxResponseTokens);
  writeFileSync(paths.evaluation, "");
  const [actor, critic] =
    stage === 1 ? [paths.start, paths.start] : ["/run/stage-1/model", "/run/stage-1/model_critic"];
  mkdirSync(paths.start, { recursive: true });
  const flags = trainerArguments({
    ...{ recipe, cluster, stage, iterations, paths, actor, critic },
    rewardUrl: "http://127.0.0.1:8001/token",
    resume: stage === 2,
    evaluate: false,
  });
  const script = fileURLToPath(new URL("./openrlhf-parser.py", import.meta.url));
  const output = execFileSync(values.python, [script, values.openrlhf as string, ...flags], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
  });
  const { args, data, stubbed, ...warmups } = JSON.parse(output.trimEnd().split("\n").at(-1) as string);
  console.log(
    `${recipe.name}, stage ${stage}: accepted ${flags.length} words (stood in for: ${stubbed.join(", ")})`,
  );
  for (const [claim, holds] of [
    ...meanings(args, recipe),
    ...machines(args, cluster),
    ...models(args, actor as string, critic as string),
    ...ofData(data, warmups, { recipe, iterations }),
  ]) {
    if (!holds) failures += 1;
    console.log(`  ${holds ? "ok  " : "FAIL"} ${claim}`);
  }
  if (!data) console.log("  (no `datasets` in this Python: the loader was not run)");
  else console.log(`  first row: ${JSON.stringify(data.first)}`);
}

type Claim = [claim: string, holds: boolean];

/** What the paper says of an iteration. */
function meanings({ rollout, train, algo, data, actor, critic, ref }: Args, recipe: Recipe): Claim[] {
  const batch = rollout.batch_size * rollout.n_samples_per_prompt;
  const updates = (batch / train.batch_size) * train.max_epochs;
  return [
    [`${recipe.instances} × ${recipe.responses} responses`, batch === recipe.instances * recipe.responses],
    ["one update a batch: strictly on-policy, synchronous", updates === 1 && !train.async_enable],
    ["nothing is filtered out of a batch", !algo.dynamic_filtering_enable],
    [
      `GAE with a critic, γ ${recipe.gamma}, λ ${recipe.lambda}`,
      algo.advantage.estimator === "gae" &&
        algo.advantage.gamma === recipe.gamma &&
        algo.advantage.lambd === recipe.lambda,
    ],
    [
      `no KL (${recipe.kl})`,
      algo.kl.init_coef === recipe.kl && algo.kl.use_loss === recipe.kl > 0 && ref !== undefined,
    ],
    ["no entropy bonus, but its log", actor.entropy_coef === recipe.entropyBonus],
    [
      `${recipe.maxResponseTokens} tokens`,
      data.max_len === recipe.maxResponseTokens && rollout.max_new_tokens === null,
    ],
    ["temperature and top-p 1", rollout.temperature === 1 && rollout.top_p === 1],
    [
      `rates ${recipe.policyLearningRate} and ${recipe.valueLearningRate}`,
      actor.adam.lr === recipe.policyLearningRate && critic.adam.lr === recipe.valueLearningRate,
    ],
    [
      "Adam (0.9, 0.95), no decay",
      [actor, critic].every(({ adam }) => `${adam.betas}` === "0.9,0.95" && adam.weight_decay === 0),
    ],
    [
      "clips",
      `${actor.eps_clip_low_high}` === `${recipe.clip},${recipe.clip}` &&
        critic.value_clip === recipe.valueClip,
    ],
  ];
}

function machines(
  { actor, critic, vllm, ds, train, rollout, algo }: Args,
  cluster: ReturnType<typeof parseCluster>,
): Claim[] {
  const gpus = gpusOf(cluster);
  const of = (role: Args) => role.num_nodes * role.num_gpus_per_node;
  return [
    ["GPUs of policy and critic", of(actor) === gpus.actor && of(critic) === gpus.critic],
    ["GPUs of vLLM", vllm.num_engines * vllm.tensor_parallel_size === gpus.vllm],
    ["ring attention, packed", ds.ring_attn_size === cluster.ringAttention && ds.packing_samples],
    ["flash attention as asked for", ds.attn_implementation === cluster.attention],
    [
      "tokens a GPU",
      train.max_tokens_per_gpu === cluster.maxTokensPerGpu &&
        rollout.max_tokens_per_gpu === cluster.maxTokensPerGpu,
    ],
    ["sleeping while others work", !cluster.colocate || (vllm.enable_sleep && ds.enable_sleep)],
    [
      "truncated importance sampling",
      algo.advantage.is_correction_type === "tis" &&
        `${algo.advantage.is_correction_threshold}` === `0,${cluster.importanceCap}`,
    ],
  ];
}

/** A critic that is the policy's own directory gets a new head; another one keeps its own. */
function models({ actor, critic, ckpt }: Args, policy: string, value: string): Claim[] {
  return [
    ["models", actor.model_name_or_path === policy && critic.model_name_or_path === value],
    ["the critic is saved", critic.save_value_network],
    ["no checkpoint by evaluation", ckpt.best_metric_key === "none"],
  ];
}

function ofData(
  data: Args,
  warmups: Args,
  { recipe, iterations }: { recipe: Recipe; iterations: number },
): Claim[] {
  if (!data) return [];
  return [
    [`${recipe.instances} · ${iterations} rows`, data.rows === recipe.instances * iterations],
    [`${iterations} steps`, data.max_steps === iterations],
    [
      `warm-up of ${recipe.warmupIterations} steps`,
      warmups.actor_warmup === recipe.warmupIterations && warmups.critic_warmup === recipe.warmupIterations,
    ],
    [
      "labels are kept, and no picture is made of a text",
      data.first.label.startsWith("{") && data.first.image === null,
    ],
  ];
}
