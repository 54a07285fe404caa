import { Command, InvalidArgumentError, type Option } from "commander";
import type { ExitCode } from "./exit-codes.ts";
import { COUNT, option, repeated } from "./model-flags.ts";
import { parseDuration } from "./parse-duration.ts";
import { parseNumber } from "./parse-number.ts";
import { parseShare } from "./parse-share.ts";

export interface RewardServeFlags {
  host: string;
  port: number;
  problems?: string;
  endToken: string[];
  cutOff: number | "scored";
  unscored: number;
  verifierError: number | "mean";
  verifyTimeout?: number;
  answerWithin?: number;
  concurrency?: number;
  judgeModel?: string;
  judgeVotes: number;
  maxBody?: number;
  log?: string;
  logMax?: number;
  logResponses?: boolean;
  pool?: string;
  seed: number;
  messages: [least: number, most: number];
  instances: number;
}

export interface RewardInspectFlags {
  sample?: string;
  failed?: boolean;
  limit: number;
  json?: boolean;
}

const SERVE_HELP = `
Examples:
  $ pacore reward serve --port 9100
      mathematics, whose labels carry the answer; OpenRLHF: --reward.remote_url http://127.0.0.1:9100/reward
  $ pacore reward serve --problems stage-1.jsonl --log rewards.jsonl
      programs too, whose tests are in the file
  $ PACORE_REWARD_TOKEN=$(openssl rand -hex 24) pacore reward serve --host 0.0.0.0 --problems stage-1.jsonl
  $ pacore reward serve --pool runs/pool.jsonl
      an environment as well: POST /reset gives a prompt of (x, M), POST /step takes the response

$ curl http://127.0.0.1:9100/reward -H 'content-type: application/json' \\
    -d '{"query": ["6 times 7? 42<|im_end|>"], "prompts": ["6 times 7? "], "labels": ["{\\"id\\": \\"a\\", \\"answer\\": \\"42\\"}"]}'

Programs run in a sandbox: bubblewrap, or PACORE_SANDBOX=fusion:URL or piston:URL. Beyond loopback the URL has a token
in it, a new one unless PACORE_REWARD_TOKEN has one. /healthz and /metrics tell how it is. SIGTERM and Ctrl-C let posts
in flight end, a second one stops at once.`;

const INSPECT_HELP = `
Examples:
  $ pacore reward inspect rewards.jsonl
  $ pacore reward inspect rewards.jsonl --sample 12-3          all responses to that instance
  $ pacore reward inspect rewards.jsonl --failed --limit 5     what the verifier could not tell, and why

A log that was begun anew (FILE.1) is read along. The file may still grow.`;

/** Ends with the exit code of its work. */
const exits = async (work: Promise<ExitCode>) => {
  process.exitCode = await work;
};

/** `pacore reward`; what it does is loaded when it runs. */
export function rewardCommand(): Command {
  const reward = new Command("reward")
    .summary("serve rewards to a training engine")
    .description("Rewards for engines that train elsewhere: OpenRLHF, verl, anything that speaks HTTP.");
  const serve = reward
    .command("serve")
    .summary("score responses over HTTP")
    .description("Score responses over HTTP, as OpenRLHF's remote reward asks; and an environment of (x, M).")
    .addHelpText("after", SERVE_HELP);
  for (const [heading, options] of serveGroups())
    for (const one of options) serve.addOption(one.helpGroup(heading));
  serve.action((flags) => exits(import("./reward-serve.ts").then(({ rewardServe }) => rewardServe(flags))));
  reward
    .command("inspect")
    .summary("tell what is in a log of rewards")
    .description("Figures of a log of rewards, or single responses with the verifier's explanation.")
    .argument("<log>", "the --log of pacore reward serve, or rewards.jsonl of a training run")
    .option("--sample <id>", "show the responses to this instance, or of this problem")
    .option("--failed", "show responses that the verifier could not tell right from wrong")
    .addOption(option("--limit <count>", "most responses shown", COUNT).default(20))
    .option("--json", "everything as lines of JSON")
    .addHelpText("after", INSPECT_HELP)
    .action((log, flags) =>
      exits(import("./reward-inspect.ts").then(({ rewardInspect }) => rewardInspect(log, flags))),
    );
  return reward;
}

const serveGroups = (): [heading: string, options: Option[]][] => [
  [
    "Access:",
    [
      option("--host <address>", "where to listen; beyond this machine behind a token").default("127.0.0.1"),
      option(
        "--port <number>",
        "0 takes a free one",
        parseNumber({ least: 0, most: 65_535, integer: true }),
      ).default(9100),
      option("--max-body <bytes>", "of a post (default: 64M)", COUNT),
    ],
  ],
  [
    "Problems:",
    [
      option(
        "--problems <data>",
        "a data set or pool with what labels name and do not carry: tests of programs",
      ),
      option("--judge-model <ref>", "the model that judges free answers"),
      option("--judge-votes <count>", "votes of the judge, which must agree", COUNT).default(1),
    ],
  ],
  [
    "Rewards:",
    [
      repeated(
        "--end-token <text>",
        "ends a response, instead of those of the known models; repeat it for several",
      ),
      option(
        "--cut-off <reward>",
        "for responses without one; scored: by their conclusion",
        rewardOr("scored"),
      ).default(0),
      option("--unscored <reward>", "for what was written so that nobody can tell", parseShare).default(0),
      option(
        "--verifier-error <reward>",
        "for what the verifier failed at; mean: what others to the same instance got",
        rewardOr("mean"),
      ).default("mean"),
    ],
  ],
  [
    "Limits:",
    [
      option("--concurrency <count>", "programs and judgements at once; default: one a core", COUNT),
      option(
        "--verify-timeout <duration>",
        "for one of them, from its turn on (default: 60s)",
        parseDuration,
      ),
      option(
        "--answer-within <duration>",
        "from a post to its answer, waiting included (default: 120s)",
        parseDuration,
      ),
    ],
  ],
  [
    "Environment:",
    [
      option("--pool <file>", "answer POST reset and step, with instances of this pool"),
      option("--seed <integer>", "decides what is drawn", parseNumber({ integer: true, least: 0 })).default(
        0,
      ),
      option("--messages <range>", "|M|, uniform on it", parseRange).default([16, 24], "16-24"),
      option("--instances <count>", "of an iteration", COUNT).default(16),
    ],
  ],
  [
    "Output:",
    [
      option("--log <file>", "every reward with its explanation, as lines of JSON"),
      option(
        "--log-max <bytes>",
        "then FILE becomes FILE.1, and the one before is lost (default: 4295M)",
        COUNT,
      ),
      option("--log-responses", "keep whole responses, not their conclusions alone"),
    ],
  ],
];

function rewardOr<W extends string>(word: W): (text: string) => number | W {
  return (text) => (text === word ? word : parseShare(text));
}

function parseRange(text: string): [number, number] {
  const [, least, most = least] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text) ?? [];
  if (least === undefined || Number(least) > Number(most))
    throw new InvalidArgumentError("It must be a range of counts, such as 16-24.");
  return [Number(least), Number(most)];
}
