import { Command, Option } from "commander";
import { addDataOptions } from "./eval-flags.ts";
import type { ExitCode } from "./exit-codes.ts";
import { option } from "./model-flags.ts";
import { buildGroups, filterGroups, type Groups, importGroups, mergeGroups } from "./pool-flags.ts";

const BUILD_HELP = `
Examples:
  $ pacore pool build worklist:1000:1 --out runs/pool.jsonl
      the embedded model on its own problems
  $ pacore pool build problems.jsonl --model http://localhost:8000/v1#my-model --concurrency 512 --budget-tokens 2000M
  $ pacore pool build problems.jsonl --base-url http://gpu1:8000/v1 --base-url http://gpu2:8000/v1 --out runs/pool.jsonl
      two servers of one model, balanced; what dies is left alone until it is back
  $ pacore pool build problems.jsonl --shard 3/8 --base-url http://localhost:8000/v1 --out pool-3.jsonl
      an eighth of the problems, on a machine of its own; then: pacore pool merge pool.jsonl pool-?.jsonl

Run again with the same --out, it goes on where it was, after kill -9 too: trajectories that finished are in the
journal and are not asked again. The first Ctrl-C finishes the calls that run, the second cancels them.

Exit codes:
  0    complete
  1    failed: the model, the network or the disk; what finished is kept
  2    bad input
  3    incomplete: a problem failed, or the budget is spent; run again to go on
  130  interrupted by Ctrl-C`;

const FILTER_HELP = `
Examples:
  $ pacore pool filter runs/pool.jsonl --stage 1 --against hf:MathArena/aime_2025 --out runs/stage-1.jsonl
  $ pacore pool filter runs/stage-1.jsonl --stage 2 --scores runs/synthesis.jsonl --out runs/stage-2.jsonl

Exits with 3 if lines could not be read; they are listed with what was dropped.`;

const MERGE_HELP = `
Example:
  $ pacore pool merge runs/pool.jsonl runs/pool-*-of-8.jsonl

The shards must be of one pool: the same data, model, size, seed and sampling. The pool is in the order of the data, byte
for byte that of a build without shards. Exits with 3 if it lacks problems, for a shard is missing or not complete.`;

const FORMAT_HELP = `
A pool is JSON lines: id, conversation, responses, ground_truth, kind, scores (null: unscored), options, meta.
The released format has conversation, responses and ground_truth alone.`;

/** Ends with the exit code of its work. */
const exits = async (work: Promise<ExitCode>) => {
  process.exitCode = await work;
};

/** `pacore pool`; what it does is loaded when it runs. */
export function poolCommand(): Command {
  const pool = new Command("pool")
    .summary("build and filter message pools for training")
    .description("Message pools: problems with the verified conclusions that training draws references from.")
    .addHelpText("after", FORMAT_HELP);
  addBuild(pool);
  addMerge(pool);
  addFilter(pool);
  pool
    .command("stats")
    .summary("tell what is in a pool")
    .description("Figures of a pool, and how accurate its messages are, problem by problem.")
    .argument("<pool>", "a pool file")
    .addOption(new Option("--plot <file>", "write the histogram of accuracy as an SVG picture"))
    .option("--json", "everything as one line of JSON")
    .action((file, flags) =>
      exits(import("./pool-stats.ts").then(({ poolStats }) => poolStats(file, flags))),
    );
  pool
    .command("export")
    .summary("write a pool in the released format")
    .description("Write a pool as PaCoRe-Train-8k is released: a JSON list, or JSON lines.")
    .argument("<pool>", "a pool file")
    .addOption(option("--out <file>", "a .json or .jsonl file").makeOptionMandatory())
    .addHelpText("after", FORMAT_HELP)
    .action((file, flags) =>
      exits(import("./pool-convert.ts").then(({ poolExport }) => poolExport(file, flags))),
    );
  addImport(pool);
  return pool;
}

function addBuild(pool: Command): void {
  withGroups(addDataOptions(pool.command("build")), buildGroups())
    .summary("generate and verify messages for problems")
    .description("Trajectories of a model for each problem, compacted, each conclusion verified once.")
    .argument("<data>", "a file, hf:owner/name, worklist:COUNT[:SEED] or arithmetic:COUNT[:SEED]")
    .addHelpText("after", BUILD_HELP)
    .action((data, flags) =>
      exits(import("./pool-build.ts").then(({ poolBuild }) => poolBuild(data, flags))),
    );
}

function addMerge(pool: Command): void {
  withGroups(pool.command("merge"), mergeGroups())
    .summary("put the shards of a pool together")
    .description("Put the shards of a pool together, in the order of the data.")
    .argument("<out>", "the pool to write")
    .argument("<shard...>", "what pacore pool build --shard wrote, all of it")
    .addHelpText("after", MERGE_HELP)
    .action((out, shards, flags) =>
      exits(import("./pool-merge.ts").then(({ poolMerge }) => poolMerge(out, shards, flags))),
    );
}

function addFilter(pool: Command): void {
  const stage = option("--stage <number>", "of the training").choices(["1", "2"]).default("1");
  withGroups(pool.command("filter").addOption(stage), filterGroups())
    .summary("keep the problems that a stage of training learns from")
    .description("Keep what a stage of training learns from; list what is dropped, and why.")
    .argument("<pool>", "a pool file")
    .addHelpText("after", FILTER_HELP)
    .action((file, flags) =>
      exits(import("./pool-filter.ts").then(({ poolFilter }) => poolFilter(file, flags))),
    );
}

function addImport(pool: Command): void {
  withGroups(addDataOptions(pool.command("import")), importGroups())
    .summary("make a pool of a data set that brings messages")
    .description(
      "Make a pool of PaCoRe-Train-8k, of problems with messages, or of a pool with unscored ones.",
    )
    .argument("<data>", "a file or hf:owner/name")
    .addHelpText("after", FORMAT_HELP)
    .action((data, flags) =>
      exits(import("./pool-convert.ts").then(({ poolImport }) => poolImport(data, flags))),
    );
}

function withGroups(command: Command, groups: Groups): Command {
  for (const [heading, options] of groups)
    for (const one of options) command.addOption(one.helpGroup(heading));
  return command;
}
