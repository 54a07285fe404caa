import type { Option } from "commander";
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

/** Models and calls beside the one that generates. */
export interface JudgeFlags {
  judgeModel?: string;
  judgeVotes: number;
}

export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
}

export interface PoolBuildFlags extends DataFlags, ModelFlags, CallFlags, JudgeFlags, OutputFlags {
  shard?: string;
  size: number;
  seed: number;
  onCutOff?: "retry" | "drop" | "keep-tail";
  conclusionsOnly?: boolean;
  concurrency?: number;
  budgetTokens?: number;
  budgetMoney?: number;
  priceIn?: number;
  priceOut?: number;
  out?: string;
}

export interface PoolFilterFlags extends JudgeFlags, OutputFlags {
  stage: "1" | "2";
  out: string;
  dropped?: string;
  below?: number;
  belowCode?: number;
  above?: number;
  minMessages?: number;
  allow: string[];
  against: string[];
  ngram?: number;
  maskDigits: boolean;
  scores?: string;
  concurrency: number;
}

export interface PoolMergeFlags extends OutputFlags {
  allowMissing?: boolean;
}

export interface PoolStatsFlags {
  plot?: string;
  json?: boolean;
}

export interface PoolImportFlags extends DataFlags, JudgeFlags, OutputFlags {
  out: string;
  grade?: boolean;
  concurrency: number;
}

/** Options under the headings that the help shows. */
export type Groups = [heading: string, options: Option[]][];

/** Plain samples read no messages, and there is one round of them. */
const ROUNDS_ONLY = new Set(["explorerModel", "contextWindow", "contextPolicy"]);

const judgeOptions = (votes: number, what: string) => [
  option("--judge-model <ref>", what),
  option("--judge-votes <count>", "votes of the judge, which must agree", COUNT).default(votes),
];

const outputOptions = () => [
  option("--json", "progress and summary as lines of JSON on stdout").conflicts("quiet"),
  option("-q, --quiet", "no progress"),
];

export const buildGroups = (): Groups => [
  [
    "Pool:",
    [
      option("--shard <i/n>", "build one part of the problems, from 1/n to n/n; merge puts them together"),
      option("--size <count>", "trajectories a problem", COUNT).default(24),
      option(
        "--on-cut-off <policy>",
        "a trajectory without a conclusion: retry asks once more, drop does not",
      )
        .choices(["retry", "drop", "keep-tail"])
        .default("retry"),
      option("--seed <integer>", "decides the seeds of all calls", parseNumber({ integer: true })).default(0),
    ],
  ],
  [
    "Model:",
    [
      ...modelOptions().filter((one) => !ROUNDS_ONLY.has(one.attributeName())),
      ...judgeOptions(1, "the model that judges free answers"),
    ],
  ],
  [
    "Limits:",
    [
      option("--concurrency <count>", "calls at once; default 16 an endpoint, embedded 48", COUNT),
      option("--budget-tokens <count>", "most generated tokens of the whole pool, such as 50M", COUNT),
      option("--budget-money <amount>", "most money of the whole pool; needs a price", AMOUNT),
      option("--price-in <amount>", "price of a million input tokens", AMOUNT),
      option("--price-out <amount>", "price of a million generated tokens", AMOUNT),
      ...callOptions(),
    ],
  ],
  [
    "Output:",
    [
      option("--out <file>", "the pool; the same file again goes on. Its journal is FILE.db"),
      option("--conclusions-only", "the journal keeps conclusions, not the reasoning"),
      ...outputOptions(),
    ],
  ],
];

export const filterGroups = (): Groups => [
  [
    "Stage 1:",
    [
      option("--below <share>", "most messages right, not reached; default 9/24", parseShare),
      option("--below-code <share>", "the same for programs; default 15/24", parseShare),
      option("--above <share>", "fewest messages right, exceeded; default 0", parseShare),
      option("--min-messages <count>", "fewer messages are too few; default 1", COUNT),
      repeated("--allow <check>", "leave a check out: image, link, several-questions, no-single-answer, all"),
      repeated("--against <data>", "an evaluation set that must not be trained on; repeat it for several"),
      option("--ngram <count>", "words in a row that may not be shared with one; default 64", COUNT),
      option("--no-mask-digits", "problems that differ in digits alone are different"),
      ...judgeOptions(4, "a model that is asked whether a problem is fit for training"),
      option("--concurrency <count>", "problems that are judged at once", COUNT).default(16),
    ],
  ],
  ["Stage 2:", [option("--scores <file>", "JSON lines of id, synthesisAccuracy, samples")]],
  [
    "Output:",
    [
      option("--out <file>", "what is kept").makeOptionMandatory(),
      option("--dropped <file>", "what is dropped and why; default: beside --out, with .dropped.jsonl"),
      ...outputOptions(),
    ],
  ],
];

export const mergeGroups = (): Groups => [
  ["Shards:", [option("--allow-missing", "merge what there is, although shards are missing")]],
  ["Output:", outputOptions()],
];

export const importGroups = (): Groups => [
  [
    "Grading:",
    [
      option("--grade", "score the responses that come without a score"),
      ...judgeOptions(1, "the model that judges free answers"),
      option("--concurrency <count>", "problems that are graded at once", COUNT).default(16),
    ],
  ],
  ["Output:", [option("--out <file>", "the pool").makeOptionMandatory(), ...outputOptions()]],
];
