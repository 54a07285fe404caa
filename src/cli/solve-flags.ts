import type { Command, Option } from "commander";
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
import { parseDuration } from "./parse-duration.ts";
import { parseNumber } from "./parse-number.ts";

/** Options that may change between the lives of one run: they decide what it costs, not what it asks. */
export interface LimitFlags extends CallFlags {
  deadline?: number;
  budgetTokens?: number;
  budgetMoney?: number;
  priceIn?: string;
  priceOut?: string;
  prices?: string;
  concurrency?: number;
  hedgeAfter?: number;
  hedgeFactor?: number;
}

/** How it is shown, and where it is kept. */
export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
  stream: boolean;
  /** A path; false with `--no-journal`. */
  journal?: string | boolean;
}

export interface SolveFlags extends ModelFlags, LimitFlags, OutputFlags {
  problemFile?: string;
  sample?: number | true;
  system?: string;
  history?: string;
  images: string[];
  effort?: "low" | "medium" | "high";
  widths?: string;
  template?: string;
  seed?: number;
  onCutOff?: "retry" | "drop" | "keep-tail";
  minMessages?: number;
  quorum?: number;
  adaptive?: number | true;
  runId?: string;
}

/** Everything `pacore solve` understands, in groups that its help shows. */
export function addSolveOptions(command: Command): Command {
  const add = (heading: string, options: Option[]) => {
    for (const one of options) command.addOption(one.helpGroup(heading));
  };
  add("Problem:", [
    option("--problem-file <file>", "read the problem from a file, byte for byte"),
    option("--sample [seed]", "a work list that the embedded model can solve; its answer is checked", SEED),
    option("--system <text>", "a system prompt"),
    option("--history <file>", "earlier turns: a JSON array of OpenAI chat messages"),
    repeated("--images <file>", "a picture, PDF or URL beside the problem; repeat it for several"),
  ]);
  add("Coordination:", [
    option("--effort <level>", "low [4], medium [16], high [32, 4]")
      .choices(["low", "medium", "high"])
      .conflicts("widths"),
    option(
      "--widths <list>",
      "trajectories per round, such as 32,4; a last one for the answer follows; none: one plain call",
    ),
    option("--seed <integer>", "decides the order of messages and the seeds of all calls", SEED),
    option(
      "--template <file>",
      "another synthesis prompt: Jinja with original_prompt and ref_responses; aggregation: the sample's",
    ),
    option(
      "--on-cut-off <policy>",
      "a trajectory without a conclusion: retry (once), drop, keep-tail",
    ).choices(["retry", "drop", "keep-tail"]),
    option("--min-messages <count>", "fewer conclusions than this in a round is an error", COUNT),
    option("--quorum <q>", "go on at q conclusions: a count, or a share below 1", parseNumber({ least: 0 })),
    option(
      "--adaptive [share]",
      "stop exploring once the conclusions agree",
      parseNumber({ least: 0, most: 1 }),
    ),
  ]);
  add("Model:", modelOptions());
  addLimitOptions(command);
  addOutputOptions(command);
  command.addOption(
    option("--run-id <id>", "name the run; the same id again goes on where it was").helpGroup("Output:"),
  );
  return command;
}

const SEED = parseNumber({ integer: true });

/** Options that a resumed run takes too. */
export function addLimitOptions(command: Command): Command {
  const limits = [
    option(
      "--deadline <duration>",
      "the answer is due then, such as 90s or 5m; what exists is synthesised",
      parseDuration,
    ),
    option("--budget-tokens <count>", "most generated tokens in all, such as 500k", COUNT),
    option("--budget-money <amount>", "most money in all; needs a price", AMOUNT),
    option("--price-in <amount>", "price of a million input tokens"),
    option("--price-out <amount>", "price of a million generated tokens"),
    option("--prices <file>", 'prices by model, as JSON: {"model": {"in": 0.5, "out": 1.5}}'),
    option("--concurrency <count>", "most calls at once", COUNT),
    ...callOptions(),
    option("--hedge-after <duration>", "ask a second time where the first is that slow", parseDuration),
    option(
      "--hedge-factor <times>",
      "the same, as a multiple of the round's median",
      parseNumber({ least: 1 }),
    ),
  ];
  for (const one of limits) command.addOption(one.helpGroup("Limits:"));
  return command;
}

export function addOutputOptions(command: Command): Command {
  const output = [
    option("--json", "every event as a line of JSON on stdout").conflicts("quiet"),
    option("-q, --quiet", "print the answer alone"),
    option("--no-stream", "print the answer when it is complete"),
    option("--journal <path>", "where finished trajectories are kept").env("PACORE_JOURNAL"),
    option("--no-journal", "keep nothing; the run cannot be resumed"),
  ];
  for (const one of output) command.addOption(one.helpGroup("Output:"));
  return command;
}
