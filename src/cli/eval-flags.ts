import { type Command, Option } from "commander";
import {
  AMOUNT,
  type CallFlags,
  COUNT,
  callOptions,
  type ModelFlags,
  modelOptions,
  option,
  repeated,
} from "./model-flags.ts";
import { parseNumber } from "./parse-number.ts";

/** How a data set is read. */
export interface DataFlags {
  map: string[];
  format?: string;
  kind?: string;
  limit?: number;
}

export interface EvalFlags extends DataFlags, ModelFlags, CallFlags {
  widths: string[];
  secondRound?: string;
  selfConsistency: number[];
  plurality: number[];
  single?: boolean;
  ablate: string[];
  samples: number;
  pool?: number;
  seed: number;
  judgeModel?: string;
  judgeVotes: number;
  concurrency: number;
  budgetTokens?: number;
  budgetMoney?: number;
  priceIn?: number;
  priceOut?: number;
  out?: string;
  reportOnly?: boolean;
  json?: boolean;
  quiet?: boolean;
}

const collectCount = (text: string, before: number[] = []) => [...before, COUNT(text)];

const repeatedCount = (flags: string, description: string) =>
  new Option(flags, description).argParser(collectCount).default([], "none");

export function addDataOptions(command: Command): Command {
  const options = [
    repeated("--map <fields>", "name the data set's fields: prompt=question,answer=meta.gold"),
    option("--format <name>", "how its records are written; default: told from their fields"),
    option(
      "--kind <kind>",
      "how answers are checked: math, choice, exact, regex, json-schema, judge, code, worklist",
    ),
    option("--limit <count>", "the first so many problems", COUNT),
  ];
  for (const one of options) command.addOption(one.helpGroup("Data:"));
  return command;
}

/** Everything `pacore eval` understands. */
export function addEvalOptions(command: Command): Command {
  const add = (heading: string, options: Option[]) => {
    for (const one of options) command.addOption(one.helpGroup(heading));
  };
  addDataOptions(command);
  add("Methods:", [
    repeated("--widths <list>", "coordinated reasoning, such as 32,4; repeat it for several"),
    repeatedCount("--self-consistency <k>", "majority vote of k plain samples; repeat it for several"),
    repeatedCount("--plurality <k>", "k work-list conclusions combined part by part, by hand"),
    option("--single", "one plain sample"),
    option("--samples <count>", "repetitions of each method on each problem", COUNT).default(1),
    option(
      "--pool <count>",
      "draw first rounds, votes and singles from so many trajectories a problem",
      COUNT,
    ),
    option(
      "--seed <integer>",
      "decides message order, draws and the seeds of all calls",
      parseNumber({ integer: true }),
    ).default(0),
  ]);
  add("Ablations:", [
    option("--second-round <list>", "each one-round --widths again with these second rounds, such as 2,4,8"),
    repeated(
      "--ablate <what>",
      "each --widths again with: sequential, no-compaction, messages=COUNT, template=FILE",
    ),
  ]);
  add("Model:", [
    ...modelOptions(),
    option("--judge-model <ref>", "the model that judges free answers"),
    option("--judge-votes <count>", "votes of the judge, which must agree", COUNT).default(1),
  ]);
  add("Limits:", [
    option("--concurrency <count>", "calls at once", COUNT).default(16),
    option("--budget-tokens <count>", "most generated tokens of the whole evaluation, such as 50M", COUNT),
    option("--budget-money <amount>", "most money of the whole evaluation; needs a price", AMOUNT),
    option("--price-in <amount>", "price of a million input tokens", AMOUNT),
    option("--price-out <amount>", "price of a million generated tokens", AMOUNT),
    ...callOptions(),
  ]);
  add("Output:", [
    option("--out <folder>", "where the journal and the report go; the same folder again goes on"),
    option("--report-only", "write the report from what there is, without a call"),
    option("--json", "progress and summary as lines of JSON on stdout").conflicts("quiet"),
    option("-q, --quiet", "no progress"),
  ]);
  return command;
}

export const EVAL_HELP = `
DATA is a file (.jsonl, .json, .csv, .tsv, .parquet), hf:owner/name[/path][@revision][:split],
worklist:COUNT[:SEED] or arithmetic:COUNT[:SEED].

Examples:
  $ pacore eval worklist:100 --single --self-consistency 16 --widths 4 --widths 16 --widths 32,4 --samples 4
      the embedded model on its own problems
  $ pacore eval hf:MathArena/aime_2025 --model http://localhost:8000/v1#my-model --single --widths 4 --samples 8
  $ pacore eval aime.jsonl --widths 32 --second-round 2,4,8 --pool 128 --samples 8 --budget-tokens 500M
  $ pacore eval aime.jsonl --widths 8 --ablate sequential --ablate no-compaction --ablate messages=4

Without a method, --single and --widths 4 are compared.
Run again with the same --out, an evaluation goes on where it was; methods and problems may be added.
The first Ctrl-C finishes what runs, the second stops it; a report is written either way.

Exit codes:
  0    complete
  1    failed: the model, the network or the disk; what finished is kept and reported
  2    bad input
  3    incomplete: a unit failed, or the budget is spent; the rest is reported
  130  interrupted by Ctrl-C; what finished is reported`;
