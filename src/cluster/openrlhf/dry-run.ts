import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StagePlan } from "../../train/engine.ts";
import { checkOpenRlhfRecipe } from "./check-recipe.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { commandText, REWARD_URL_VARIABLE } from "./launch-command.ts";
import type { ModelDirectoryPlan } from "./model-directory.ts";
import { planStart } from "./prepare-stage.ts";
import { evaluationRows, promptRows } from "./prompt-rows.ts";
import { serveCommand } from "./serve-checkpoint.ts";
import { type StagePaths, stagePaths } from "./stage-paths.ts";
import { startModel } from "./start-model.ts";
import { OPENRLHF_VERSION } from "./trainer-flags.ts";
import { stageLaunch } from "./trainer-life.ts";
import { checkedRows, emptySummary, type RowsSummary } from "./write-rows.ts";

/** Stands for the reward server's address, which is not known before it runs. */
const REWARD_URL = `$${REWARD_URL_VARIABLE}`;
const FIRST_ROW_CHARACTERS = 600;

/**
 * What a stage would do, phase by phase, as text. Nothing is written and nothing started.
 * @throws {InvalidOptionError} for what the run itself would refuse.
 */
export async function dryRunStage(plan: StagePlan, cluster: ClusterSettings): Promise<string> {
  const { recipe, stage, iterations, environment } = plan;
  checkOpenRlhfRecipe(recipe, cluster);
  const paths = stagePaths(plan.out);
  const { instances, responses } = recipe;
  return [
    `Stage ${stage}: ${iterations} iterations of ${instances} × ${responses} = ${instances * responses} responses, one ` +
      `step each, on ${environment.options.entries.length} problems. OpenRLHF ${OPENRLHF_VERSION}, ${cluster.launcher}.`,
    "",
    ...rowsText(plan, paths),
    "",
    ...(await modelText(plan, cluster, paths)),
    "",
    `3 rewards    http://${cluster.rewardHost}:${cluster.rewardPort || "PORT"}/TOKEN, logged to ${paths.rewardLog}`,
    "",
    ...trainerText(plan, cluster, paths),
    "",
    `5 metrics    ${join(paths.tensorboard, paths.runName)} → metrics.jsonl, the live view, pacore train report`,
    "",
    `6 the end    after ${iterations} iterations: policy ${paths.model}, critic ${paths.critic}`,
    "",
  ].join("\n");
}

/** What measures the problems for stage 2 when stage 1 is over. */
export function dryRunMeasure(plan: StagePlan, cluster: ClusterSettings): string {
  const { recipe, environment } = plan;
  const { model } = stagePaths(plan.out);
  const command = serveCommand(model, {
    cluster,
    length: recipe.maxResponseTokens,
    port: cluster.servePort || 8000,
    key: "",
  });
  const calls = environment.options.entries.length * recipe.stage2Samples;
  return [
    `Measuring: ${recipe.stage2Samples} syntheses of each of ${environment.options.entries.length} problems, ${calls} calls.`,
    "",
    indented(commandText(command, "")),
    "",
  ].join("\n");
}

/** Stage 2 as far as it is known: its problems are not before stage 1 is over. */
export function dryRunStage2(plan: StagePlan, before: StagePlan, cluster: ClusterSettings): string {
  const { recipe, iterations } = plan;
  const paths = stagePaths(plan.out);
  const { model, critic } = stagePaths(before.out);
  const launch = stageLaunch(
    { plan, paths, cluster, recipe },
    { rewardUrl: REWARD_URL, resume: false, life: 1, models: { actor: model, critic } },
  );
  return [
    `Stage 2: ${iterations} iterations on those problems that are neither never nor always right. Policy and critic go on; ` +
      "Adam's moments do not.",
    "",
    `1 rows       ${paths.dataset}: ${iterations * recipe.instances} rows`,
    "",
    "4 trainer",
    indented(commandText(launch, REWARD_URL)),
    "",
  ].join("\n");
}

function rowsText(plan: StagePlan, paths: StagePaths): string[] {
  const { recipe, heldOut } = plan;
  const rows = summarised(promptRows(plan), recipe.maxResponseTokens);
  const lines = [`1 rows       ${paths.dataset}: ${rowsFigures(rows)}`];
  const first = JSON.stringify(rows.first ?? null);
  const rest = first.length - FIRST_ROW_CHARACTERS;
  lines.push(indented(first.slice(0, FIRST_ROW_CHARACTERS) + (rest > 0 ? ` … ${rest} characters more` : "")));
  if (heldOut.length === 0) return lines;
  const held = summarised(evaluationRows(heldOut), recipe.maxResponseTokens);
  return [...lines, `             ${paths.evaluation}: ${rowsFigures(held)}`];
}

function summarised(rows: Parameters<typeof checkedRows>[0], maxTokens: number): RowsSummary {
  const summary = emptySummary();
  for (const _ of checkedRows(rows, maxTokens, summary));
  return summary;
}

const rowsFigures = ({ rows, bytes, longest }: RowsSummary): string =>
  `${rows} rows, ${(bytes / 1e6).toFixed(1)} MB, longest prompt ${longest} characters`;

async function modelText(plan: StagePlan, cluster: ClusterSettings, paths: StagePaths): Promise<string[]> {
  const { from, recipe } = plan;
  const { actor } = startModel(from);
  if (from !== "" && !existsSync(join(actor, "config.json")))
    return [`2 model      ${actor} is not there; it must be before the run, with weights and config.json.`];
  const directory = await planStart({ recipe, cluster, paths, from });
  if (!directory) return [`2 model      ${actor}, as it is`];
  return [
    `2 model      ${directory.from} → ${directory.to}: ${directory.files.length} files linked, config.json:`,
    indented(configDifference(directory)),
  ];
}

/** Lines that are in one of the two alone. */
export function configDifference({ config }: Pick<ModelDirectoryPlan, "config">): string {
  const lines = (text: string) => JSON.stringify(JSON.parse(text), null, 2).split("\n");
  const [before, after] = [lines(config.before), lines(config.after)];
  const plain = (line: string) => line.replace(/,$/, "");
  const without = (some: string[], others: string[]) => {
    const known = new Set(others.map(plain));
    return some.filter((line) => !known.has(plain(line)));
  };
  const removed = without(before, after).map((line) => `- ${line}`);
  const added = without(after, before).map((line) => `+ ${line}`);
  return [...removed, ...added].join("\n") || "no change";
}

function trainerText(plan: StagePlan, cluster: ClusterSettings, paths: StagePaths): string[] {
  const { recipe } = plan;
  const launch = stageLaunch(
    { plan, paths, cluster, recipe },
    { rewardUrl: REWARD_URL, resume: false, life: 1 },
  );
  const files = Object.entries(launch.files).flatMap(([path, text]) => [
    `   in ${path}:`,
    indented(text.trimEnd()),
  ]);
  return [
    `4 trainer    logged to ${paths.log}; checkpoints every ${recipe.checkpointEvery} iterations in ${paths.checkpoints};`,
    "             started again from the last one (--ckpt.load_enable) when it dies",
    indented(commandText(launch, REWARD_URL)),
    ...files,
  ];
}

const indented = (text: string): string => text.replaceAll(/^/gm, "     ");
