// What OpenRLHF is to the outside, without a model: `fake-openrlhf.ts -u -m openrlhf.cli.train_ppo_ray FLAGS`. It reads
// its rows, posts a sample a request to the reward server, refuses rewards that Python would read as integers, logs to
// TensorBoard, saves checkpoints and models. Faults, each once, come from a JSON file that FAKE_OPENRLHF names.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { scalarRecord, versionRecord } from "../../src/train/metrics/event-record.ts";

/** What happens at a step: `kill` before it is logged, `split` between the policy's and the critic's checkpoint. */
type Fault = "kill" | "hang" | "end" | "split" | "fail";

const argv = process.argv.slice(2);
if (argv[0] === "-c") {
  process.stdout.write(`${process.env.FAKE_VERSION ?? "0.11.0"}\n`);
  process.exit(0);
}
const flags = readFlags(argv.slice(argv.indexOf("openrlhf.cli.train_ppo_ray") + 1));
const one = (name: string) => flags.get(name)?.[0] ?? "";
const count = (name: string) => Number(one(name));

const checkpoints = one("ckpt.path");
const stage = one("logger.wandb.run_name");
const url = one("reward.remote_url");
process.stdout.write(`Namespace(remote_url='${url}')\n`);

interface Row {
  input: { role: string; content: string }[];
  label: string;
}

const rows = readFileSync(one("data.prompt_dataset"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const batch = count("rollout.batch_size");
const board = join(one("logger.tensorboard_dir"), stage);
mkdirSync(board, { recursive: true });
const lives = readdirSync(board).length;
const events = join(board, `events.out.tfevents.${1000 + lives}.host.${process.pid}.0`);
writeFileSync(events, versionRecord(1));

let step = flags.has("ckpt.load_enable") ? Math.max(loaded("_actor"), loaded("_critic")) : 0;
if (flags.has("ckpt.load_enable") && loaded("_actor") !== loaded("_critic"))
  throw new Error("policy and critic are of different iterations");
for (const role of ["actor", "critic"])
  JSON.parse(readFileSync(join(one(`${role}.model_name_or_path`), "config.json"), "utf8"));

while (step * batch < rows.length) {
  step += 1;
  const group = rows.slice((step - 1) * batch, step * batch);
  const rewards = await Promise.all(
    group.flatMap((row) =>
      Array.from({ length: count("rollout.n_samples_per_prompt") }, (_, sample) => rewardOf(row, sample)),
    ),
  );
  if (fault("kill")) process.kill(process.pid, "SIGKILL");
  if (fault("fail")) throw new Error("CUDA out of memory");
  if (fault("hang")) {
    writeFileSync(join(checkpoints, "..", "hanging"), "");
    await delay(2 ** 31 - 1);
  }
  log(rewards);
  if (step % count("ckpt.save_steps") === 0) save();
  if (fault("end")) break;
}
for (const folder of [one("ckpt.output_dir"), `${one("ckpt.output_dir")}_critic`]) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.safetensors"), "");
  writeFileSync(
    join(folder, "config.json"),
    readFileSync(join(one("actor.model_name_or_path"), "config.json")),
  );
  writeFileSync(join(folder, "tokenizer_config.json"), "{}");
}

function readFlags(words: string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let values: string[] = [];
  for (const word of words) {
    if (!word.startsWith("--")) values.push(word);
    else {
      values = [];
      found.set(word.slice(2), values);
    }
  }
  return found;
}

/** Faults are in the file as `{"stage-1": {"3": "kill"}}`; one that has come is taken out. */
function fault(kind: Fault): boolean {
  const path = process.env.FAKE_OPENRLHF;
  if (!path || !existsSync(path)) return false;
  const plan = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, Fault>>;
  if (plan[stage]?.[step] !== kind) return false;
  delete plan[stage][step];
  writeFileSync(path, JSON.stringify(plan));
  return true;
}

/** As OpenRLHF's client: a sample a request, five tries, and a tensor of what it gets. */
async function rewardOf({ input, label }: Row, sample: number): Promise<number> {
  const turns = input.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("");
  const prompt = `${turns}<|im_start|>assistant\n`;
  const answer = (sample + step) % 2 === 0 ? JSON.parse(label).answer : "wrong";
  const query = `${prompt}<think>hm</think>so \\boxed{${answer}}<|im_end|>`;
  const body = JSON.stringify({ query: [query], prompts: [prompt], labels: [label] });
  for (let attempt = 0; ; attempt++) {
    try {
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body });
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status}: ${text}`);
      if (!/"rewards":\s*\[?-?\d+\.\d/.test(text)) throw new Error(`std of an integer: ${text}`);
      const { rewards } = JSON.parse(text) as { rewards: number | number[] };
      return Array.isArray(rewards) ? (rewards[0] as number) : rewards;
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

function log(rewards: number[]): void {
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const status: [string, number][] = [
    ["policy_loss", -0.5 / step],
    ["actor_lr", 1e-6],
    ["actor_grad_norm", 0.25],
    ["critic_loss", 0.125],
    ["total_length", 150],
    ["response_length", 50],
    ["rollout/reward_mean", mean],
    ["rollout/response_length_mean", 50],
    ["rollout/truncated_rate", 0],
    ["rollout/num_samples", rewards.length],
    ["timing/make_experience", 1],
    ["timing/ppo_train", 2],
    ["timing/generation", 4],
    ["timing/step_total", 7.5],
  ];
  for (const [name, value] of status)
    appendFileSync(events, scalarRecord({ wallTime: 1, step, scalars: { [`train/${name}`]: value } }));
  const every = count("eval.steps");
  if (every > 0 && step % every === 0)
    for (const [name, value] of [
      ["eval_held-out_pass4", 0.75],
      ["eval_held-out_pass1", 0.5],
      ["eval_num_samples", 8],
    ] as const)
      appendFileSync(events, scalarRecord({ wallTime: 1, step, scalars: { [`eval/${name}`]: value } }));
}

function save(): void {
  for (const role of ["_actor", "_critic"]) {
    mkdirSync(join(checkpoints, role, `global_step${step}`), { recursive: true });
    writeFileSync(join(checkpoints, role, "latest"), `global_step${step}`);
    if (role === "_actor" && fault("split")) process.kill(process.pid, "SIGKILL");
  }
}

function loaded(role: string): number {
  const path = join(checkpoints, role, "latest");
  if (!existsSync(path)) return 0;
  return Number(readFileSync(path, "utf8").replace("global_step", ""));
}
