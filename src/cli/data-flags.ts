import type { Command, Option } from "commander";
import type { DataFlags } from "./eval-flags.ts";
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
import { parseShare } from "./parse-share.ts";

/** What every command that asks a model about a data set understands. */
export interface AskFlags extends Omit<DataFlags, "kind">, ModelFlags, CallFlags {
  out: string;
  seed: number;
  concurrency: number;
  budgetTokens?: number;
  budgetMoney?: number;
  priceIn?: number;
  priceOut?: number;
  json?: boolean;
  quiet?: boolean;
}

export interface CodeFlags extends AskFlags {
  inputs?: number;
  rounds?: number;
  minTests?: number;
  oracles?: number;
  maxDisagree?: number;
  minTpr?: number;
  minTnr?: number;
  minBad?: number;
  mostGood?: number;
  mostBad?: number;
  maxInputBytes?: number;
  maxOutputBytes?: number;
  maxTestBytes?: number;
  timeMs?: number;
  checker?: boolean;
}

export interface MathJudgeFlags extends AskFlags {
  votes?: number;
  agree?: number;
  unparsable: "against" | "undecided";
  rules: boolean;
  labels?: string;
  labelField?: string;
}

/** There is one round of questions, which reads no messages. */
const ROUNDS_ONLY = new Set(["explorerModel", "contextWindow", "contextPolicy"]);

const whole = (least: number) => parseNumber({ least, integer: true });

function add(command: Command, heading: string, options: readonly Option[]): void {
  for (const one of options) command.addOption(one.helpGroup(heading));
}

function addAskOptions(command: Command, fields: string): void {
  add(command, "Data:", [
    repeated("--map <fields>", fields),
    option("--format <name>", "how its records are written; default: told from their fields"),
    option("--limit <count>", "the first so many problems", COUNT),
  ]);
  add(
    command,
    "Model:",
    modelOptions().filter((one) => !ROUNDS_ONLY.has(one.attributeName())),
  );
  add(command, "Limits:", [
    option("--concurrency <count>", "calls at once", COUNT).default(16),
    option("--budget-tokens <count>", "most generated tokens of the whole work, such as 50M", COUNT),
    option("--budget-money <amount>", "most money of the whole work; needs a price", AMOUNT),
    option("--price-in <amount>", "price of a million input tokens", AMOUNT),
    option("--price-out <amount>", "price of a million generated tokens", AMOUNT),
    ...callOptions(),
  ]);
  add(command, "Output:", [
    option(
      "--out <file>",
      "the problems that are kept; the same file again goes on. Its journal is FILE.db, its report FILE.report.json and .txt",
    ).makeOptionMandatory(),
    option("--json", "progress and summary as lines of JSON on stdout").conflicts("quiet"),
    option("-q, --quiet", "no progress"),
  ]);
}

const seed = () =>
  option(
    "--seed <integer>",
    "decides the seeds of all calls and generators",
    parseNumber({ integer: true }),
  ).default(0);

export function addCodeOptions(command: Command): Command {
  add(command, "Tests:", [
    option(
      "--inputs <count>",
      "inputs of each category (small, edge, large, adversarial) a round; default 5",
      COUNT,
    ),
    option("--rounds <count>", "most answers of the model for each program; default 3", COUNT),
    option("--min-tests <count>", "fewer generated tests are too few; default 8", COUNT),
    option("--max-input-bytes <count>", "largest input; default 4194304", COUNT),
    option("--max-output-bytes <count>", "largest output; default 4194304", COUNT),
    option("--max-test-bytes <count>", "all tests of a problem together; default 67108864", COUNT),
    option("--checker", "ask for a checker program where good solutions print different outputs"),
    seed(),
  ]);
  add(command, "Solutions:", [
    option("--oracles <count>", "good solutions that must agree on every output; default 2", COUNT),
    option(
      "--max-disagree <share>",
      "of inputs on which they may not, which are left out; default 0",
      parseShare,
    ),
    option("--min-tpr <share>", "good solutions that must pass all tests; default 1", parseShare),
    option("--min-tnr <share>", "bad solutions that must fail one; default 1", parseShare),
    option("--min-bad <count>", "fewer bad solutions say nothing; default 1", whole(0)),
    option("--most-good <count>", "good solutions looked at; default 16", COUNT),
    option("--most-bad <count>", "bad solutions looked at; default 32", COUNT),
    option(
      "--time-ms <ms>",
      "CPU time of a solution on a test; default: what the problem says, else 6000",
      COUNT,
    ),
  ]);
  addAskOptions(command, "name the data set's fields: prompt=statement,good=right,bad=wrong,tests=examples");
  return command;
}

export function addMathJudgeOptions(command: Command): Command {
  add(command, "Judge:", [
    option("--votes <count>", "votes on each problem; default 4", COUNT),
    option("--agree <count>", "votes for that keep a problem; default: all", COUNT),
    option(
      "--unparsable <policy>",
      "a vote without a verdict counts against, or leaves the problem undecided",
    )
      .choices(["against", "undecided"])
      .default("against"),
    option(
      "--no-rules",
      "ask about problems, too, that a rule finds unfit: images, links, several questions, no checkable answer",
    ),
    option(
      "--labels <file>",
      "records of id and label (true or false, fit or unfit), to measure the judge with",
    ),
    option("--label-field <field>", "the same in the data itself, such as meta.fit"),
    seed(),
  ]);
  addAskOptions(command, "name the data set's fields: prompt=question,answer=meta.gold");
  return command;
}

export const MATH_JUDGE_HELP = `
Examples:
  $ pacore data math-judge problems.jsonl --out fit.jsonl --model http://localhost:8000/v1#my-model
  $ pacore data math-judge labelled.jsonl --label-field fit --no-rules --out /tmp/f1.jsonl --model openai:gpt-5
      precision, recall, F1 and accuracy at each agreement, with intervals

Run again with the same --out, it goes on where it was; with another --agree it asks nothing. The votes on each
problem are in OUT.votes.jsonl.

Exit codes:
  0    every problem is decided
  1    failed: the model, the network or the disk; what finished is kept
  2    bad input
  3    incomplete: a problem is undecided, a line is no problem, or the budget is spent
  130  interrupted by Ctrl-C`;

export const CODE_HELP = `
IN is a file (.jsonl, .json, .csv, .tsv, .parquet) or hf:owner/name, of problems with solutions known to be right and
wrong: {"prompt": "…", "good": [{"language": "cpp", "source": "…"}], "bad": […], "tests"?: [{"input", "output"}]},
CodeContests, CodeContests+, or any other with --map. Programs read stdin and write stdout.

Examples:
  $ pacore data code problems.jsonl --out tests.jsonl --model http://localhost:8000/v1#my-model
  $ pacore data code hf:deepmind/code_contests --limit 100 --min-tnr 0.9 --out runs/tests.jsonl --model openai:gpt-5
  $ pacore eval tests.jsonl --model http://localhost:8000/v1#my-model --single

Everything that a model or a solution wrote runs in the sandbox, or not at all (PACORE_SANDBOX). Run again with the
same --out, it goes on where it was: answers and verdicts are in the journal. The first Ctrl-C finishes the calls that
run, the second cancels them.

Exit codes:
  0    every problem has a verdict
  1    failed: the model, the network, the sandbox or the disk; what finished is kept
  2    bad input
  3    incomplete: a problem has no verdict, a line is no problem, or the budget is spent
  130  interrupted by Ctrl-C`;
