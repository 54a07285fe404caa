import { Option } from "commander";
import { parseDuration } from "./parse-duration.ts";
import { parseNumber } from "./parse-number.ts";

/** Which model is asked, and how. */
export interface ModelFlags {
  model?: string;
  baseUrl?: string;
  explorerModel?: string;
  temperature?: number;
  topP?: number;
  sampling?: "paper" | "model";
  maxTokens?: number;
  contextWindow?: number;
  contextPolicy?: "trim-middle" | "drop-longest" | "error";
}

/** What is done about calls that fail. */
export interface CallFlags {
  maxRetries?: number;
  callTimeout?: number;
}

export const COUNT = parseNumber({ least: 1, integer: true });
export const AMOUNT = parseNumber({ least: 0 });

export function option(flags: string, description: string, parse?: (text: string) => unknown): Option {
  const made = new Option(flags, description);
  return parse ? made.argParser(parse) : made;
}

/** An option that may be given several times. */
export const repeated = (flags: string, description: string): Option =>
  option(flags, description)
    .argParser((text: string, before: string[] = []) => [...before, text])
    .default([], "none");

/** See {@link ModelFlags}. The model's environment variable is not commander's: beside --base-url it does not count. */
export const modelOptions = (): Option[] => [
  option(
    "--model <ref>",
    "embedded[:directory], http://host/v1#model, provider:model; beside --base-url an id (env: PACORE_MODEL)",
  ),
  option(
    "--base-url <url>",
    "an OpenAI-compatible endpoint; several, balanced: repeat it, or with commas",
  ).argParser((text: string, before?: string) => (before === undefined ? text : `${before},${text}`)),
  option("--explorer-model <ref>", "another model for all rounds but the last"),
  option("--temperature <t>", "default 1, as in the paper", AMOUNT),
  option("--top-p <p>", "default 1, as in the paper", parseNumber({ least: 0, most: 1 })),
  option("--sampling <kind>", "model: leave temperature and top-p to the server").choices(["paper", "model"]),
  option("--max-tokens <count>", "most tokens one call may generate", COUNT),
  option("--context-window <count>", "tokens that prompt and output share; checked before each round", COUNT),
  option(
    "--context-policy <policy>",
    "conclusions that do not fit: trim-middle, drop-longest, error",
  ).choices(["trim-middle", "drop-longest", "error"]),
];

/** See {@link CallFlags}. */
export const callOptions = (): Option[] => [
  option(
    "--max-retries <count>",
    "further calls for a trajectory that failed",
    parseNumber({ least: 0, integer: true }),
  ),
  option("--call-timeout <duration>", "a call that takes longer has failed", parseDuration),
];
