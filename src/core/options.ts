import type { LanguageModelV4 } from "@ai-sdk/provider";
import { InvalidOptionError } from "../errors.ts";
import { type Compaction, compact } from "./compact.ts";
import type { ContextPolicy, CountTokens } from "./context.ts";
import { type Effort, parseWidths, type Widths } from "./effort.ts";
import type { Journal } from "./journal.ts";
import type { Price } from "./receipt.ts";
import { compileTemplate, renderSynthesis, type SynthesisTemplate } from "./synthesis.ts";
import { estimateTokens } from "./usage.ts";

/** What to do with a sample that was cut off before it had a conclusion. `retry` asks again, once. */
export type CutOffPolicy = "retry" | "drop" | "keep-tail";

export interface CoordinateOptions {
  /** `[32, 4]`, or `low`, `medium`, `high`. The final round of one is implied. `[]` is one plain call. */
  widths?: Widths | Effort;
  /** Decides message order and, if given here or in the call, the seeds of all calls. Default: the call's, else 0. */
  seed?: number;
  /** Another model per round, the final one last; a gap means the main model. */
  models?: readonly (LanguageModelV4 | undefined)[];
  /** P(x, M); a Jinja source or a function. Default: the paper's template (Table 6). */
  template?: string | SynthesisTemplate;
  /** C(ω). Default: {@link compact}. */
  compact?: Compaction;
  onCutOff?: CutOffPolicy;
  /** Characters that `keep-tail` keeps. */
  tailCharacters?: number;
  /** A round with fewer conclusions is an error; with fewer than its width it goes on and says so. */
  minMessages?: number;
  /** Further calls for one trajectory whose call failed. */
  maxRetries?: number;
  /** First delay before a retry; doubles each time, with jitter. A server's Retry-After goes before. */
  retryDelayMs?: number;
  /** Neither our delays nor a server's Retry-After may be longer; a longer one fails the trajectory. */
  maxRetryDelayMs?: number;
  /** Tokens that prompt and output share; checked before each round. Default: unchecked. */
  contextWindow?: number;
  contextPolicy?: ContextPolicy;
  /** Default: a cautious estimate by characters. */
  countTokens?: CountTokens;
  /** Calls at once of this run. An upstream has its own limit besides. Default: no limit. */
  concurrency?: number;
  /** Generated tokens of the whole run. With it, calls without maxOutputTokens get their fair share as a cap. */
  budgetTokens?: number;
  /** In the currency of `price`, which it needs. */
  budgetMoney?: number;
  price?: Price;
  /** The answer is due then: exploring stops early enough to synthesise what exists. */
  deadlineMs?: number;
  /** One call may not take longer; then it counts as failed. */
  callTimeoutMs?: number;
  /** Go on at q of K messages: a count, or a share below 1. Default: wait for all. */
  quorum?: number;
  /** Ask a second time where the first is slow: after a time, or after `factor` × the round's median. */
  hedge?: { afterMs?: number; factor?: number };
  /** Stop exploring once a share of at least `atLeast` messages agrees. */
  adaptive?: { share?: number; atLeast?: number };
  /** When two conclusions are the same: the verifier's normal form. Default: normalised text. */
  normalForm?: (message: string) => string;
  /** `paper` sets temperature and top-p to 1 where the call does not; `model` leaves them to the upstream. */
  sampling?: "paper" | "model";
  /** What the hidden rounds may see of the call: tools yes, a response format no. */
  hidden?: { tools?: boolean; responseFormat?: boolean };
  /** Stream the last round (its parts are events). */
  stream?: boolean;
  /** Emit `trajectory-progress` at most this often per trajectory. Default: never. */
  progressIntervalMs?: number;
  /** Where finished trajectories go, and come back from. Default: nowhere. */
  journal?: Journal;
  runId?: string;
  abortSignal?: AbortSignal;
}

const DEFAULTS = {
  onCutOff: "retry",
  tailCharacters: 2000,
  minMessages: 1,
  maxRetries: 3,
  retryDelayMs: 500,
  maxRetryDelayMs: 300_000,
  contextPolicy: "trim-middle",
  sampling: "paper",
  stream: false,
} as const;

type Defaulted = keyof typeof DEFAULTS;

/** Options with every default filled in. */
export interface Settings extends Omit<CoordinateOptions, Defaulted | "widths" | "template" | "compact"> {
  widths: Widths;
  template: SynthesisTemplate;
  compact: Compaction;
  countTokens: CountTokens;
  onCutOff: CutOffPolicy;
  tailCharacters: number;
  minMessages: number;
  maxRetries: number;
  retryDelayMs: number;
  maxRetryDelayMs: number;
  contextPolicy: ContextPolicy;
  sampling: "paper" | "model";
  stream: boolean;
  hidden: { tools: boolean; responseFormat: boolean };
}

/** @throws {InvalidOptionError} naming the option. */
export function readOptions(options: CoordinateOptions): Settings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { template } = options;
  const settings: Settings = {
    ...DEFAULTS,
    ...(given as CoordinateOptions),
    widths: parseWidths(options.widths ?? "low"),
    template: typeof template === "string" ? compileTemplate(template) : (template ?? renderSynthesis),
    compact: options.compact ?? compact,
    countTokens: options.countTokens ?? estimateTokens,
    hidden: { tools: options.hidden?.tools ?? true, responseFormat: options.hidden?.responseFormat ?? false },
  };
  checkNumbers(settings);
  checkPairs(settings);
  return settings;
}

const POSITIVE = ["contextWindow", "concurrency", "budgetTokens", "minMessages", "tailCharacters"] as const;
const NOT_NEGATIVE = ["maxRetries", "retryDelayMs", "maxRetryDelayMs", "budgetMoney"] as const;
const DURATIONS = ["deadlineMs", "callTimeoutMs", "progressIntervalMs"] as const;

function checkNumbers(settings: Settings): void {
  const check = (name: keyof Settings, ok: (value: number) => boolean, wanted: string) => {
    const value = settings[name];
    if (value !== undefined && !(typeof value === "number" && ok(value))) {
      throw new InvalidOptionError(name, `${String(value)} is not ${wanted}.`);
    }
  };
  for (const name of POSITIVE) check(name, (v) => Number.isInteger(v) && v > 0, "a positive integer");
  for (const name of NOT_NEGATIVE) check(name, (v) => Number.isFinite(v) && v >= 0, "zero or more");
  for (const name of DURATIONS)
    check(name, (v) => Number.isFinite(v) && v > 0, "a positive number of milliseconds");
  check("quorum", (v) => v > 0 && (v < 1 || Number.isInteger(v)), "a count, or a share between 0 and 1");
  check("seed", (v) => Number.isSafeInteger(v), "an integer");
}

function checkPairs({ budgetMoney, price, hedge, adaptive, widths, models }: Settings): void {
  if (budgetMoney !== undefined && !price) {
    throw new InvalidOptionError("budgetMoney", "needs a price; give the price per million tokens too.");
  }
  if (hedge && hedge.afterMs === undefined && hedge.factor === undefined) {
    throw new InvalidOptionError("hedge", "needs afterMs or factor.");
  }
  if (adaptive?.share !== undefined && !(adaptive.share > 0 && adaptive.share <= 1)) {
    throw new InvalidOptionError("adaptive.share", `${adaptive.share} is not a share between 0 and 1.`);
  }
  if (models && models.length > widths.length + 1) {
    throw new InvalidOptionError("models", `names ${models.length} models for ${widths.length + 1} rounds.`);
  }
}
