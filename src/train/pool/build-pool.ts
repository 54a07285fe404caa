import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { Meter } from "../../core/meter.ts";
import type { CoordinateOptions } from "../../core/options.ts";
import type { Price } from "../../core/receipt.ts";
import type { Grader } from "../../data/grade.ts";
import type { Problem } from "../../data/problem.ts";
import { InvalidOptionError } from "../../errors.ts";
import { type BuildFigures, MessageSums } from "./build-tally.ts";
import { PoolBuild } from "./pool-build.ts";
import type { PoolEntry } from "./pool-entry.ts";
import { PoolFile } from "./pool-file.ts";
import { PoolJournal, type PoolSettings } from "./pool-journal.ts";
import { isOfShard, type Shard, shardText } from "./shard.ts";
import { checkShard, shardHeader } from "./shard-header.ts";

/** Trajectories a problem (§3.1). */
export const POOL_SIZE = 24;

export interface BuildPoolOptions {
  model: LanguageModelV4;
  /** What the model is called in the journal, which refuses another. Default: its id. */
  modelName?: string;
  /** The pool file; its journal is beside it, with `.db` behind its name. */
  out: string;
  grader: (problem: Problem) => Grader;
  /** Through which the grader's own model calls go, if it makes any: they count against the budgets. */
  meter?: Meter | undefined;
  /** Build these problems alone; the file says of which part of the data it is ({@link mergePool}). */
  shard?: Shard | undefined;
  size?: number;
  /** Decides the seeds of all calls. */
  seed?: number;
  /** Sampling settings of every call. */
  call?: Omit<LanguageModelV4CallOptions, "prompt">;
  /** Retries, time-outs, what becomes of trajectories that are cut off: as in `solve`. */
  coordinate?: CoordinateOptions;
  /** Keep the reasoning in the journal, not the conclusions alone. */
  keepReasoning?: boolean;
  /** Trajectories survive a power cut, not a killed process alone. Costs a wait for the disk. */
  durable?: boolean;
  /** Calls in flight at once. */
  concurrency?: number;
  /** The calls of a problem start together, once there is room for all: for models that batch equal prompts. */
  together?: boolean;
  /** Generated tokens of the whole pool, and its money. */
  budgetTokens?: number | undefined;
  budgetMoney?: number | undefined;
  price?: Price | undefined;
  /** Start nothing more, and finish what runs. */
  drain?: AbortSignal | undefined;
  /** Cancel what runs, too. What finished is kept. */
  abort?: AbortSignal | undefined;
  /** A trajectory ended. */
  onProgress?: (figures: BuildFigures) => void;
  /** A problem is complete, and in the file. */
  onEntry?: (entry: PoolEntry, figures: BuildFigures) => void;
}

/** Options with the defaults that more than one place needs. */
export type BuildSettings = BuildPoolOptions &
  Required<Pick<BuildPoolOptions, "size" | "seed" | "concurrency">>;

export interface BuildOutcome extends BuildFigures {
  /** Why it ended: `done`, or what stopped it before. */
  end: "done" | "budget" | "interrupted";
  /** Problems that failed, and why; the first few. */
  failures: { id: string; reason: string }[];
  /** Why the first message that is unscored is so. */
  unscoredBecause?: string;
}

/**
 * The cached message pool (§3.1): `size` trajectories a problem, compacted, each distinct message verified once.
 *
 * Every finished trajectory is in the journal before it counts, so that the same call goes on after kill -9 and pays
 * for what is missing alone. However it ends, the file then holds all complete problems, in the order of the data. A
 * trajectory without a conclusion gives no message; `coordinate.onCutOff` says how often it is asked.
 * @throws {InvalidOptionError} if the file is another pool's; {@link UpstreamDownError}
 */
export async function buildPool(
  data: readonly Problem[],
  { size = POOL_SIZE, seed = 0, concurrency = 16, ...rest }: BuildPoolOptions,
): Promise<BuildOutcome> {
  const options: BuildSettings = { ...rest, size, seed, concurrency };
  if (data.length === 0) throw new InvalidOptionError("data", "has no problem that can be used.");
  for (const name of ["size", "concurrency"] as const) {
    const value = options[name];
    if (!(Number.isInteger(value) && value > 0))
      throw new InvalidOptionError(name, `${value} is not a positive integer.`);
  }
  const { shard } = options;
  const before = new MessageSums();
  const file = await PoolFile.open(options.out, (entry) => before.add(entry, size));
  try {
    const settings = settingsOf(options);
    checkShard(file, settings, shard);
    const problems = shard ? data.filter(({ id }) => isOfShard(id, shard)) : data;
    const missing = problems.filter((problem) => !file.has(problem));
    checkSame(problems, file);
    const own = shard ? { ...settings, shard: shardText(shard) } : settings;
    const journal = await PoolJournal.open(`${options.out}.db`, own, options);
    const headed = shard && shardHeader(data, { shard, settings });
    try {
      return await new PoolBuild({ problems, missing, before, file, headed, journal, options }).run();
    } finally {
      await journal.close();
    }
  } finally {
    await file.close();
  }
}

/** What must be the same when a pool is gone on with. */
function settingsOf({
  model,
  modelName,
  size,
  seed,
  call = {},
  coordinate = {},
}: BuildSettings): PoolSettings {
  const { temperature, topP, maxOutputTokens } = call;
  const { onCutOff, sampling } = coordinate;
  const asked = { temperature, topP, maxOutputTokens, onCutOff, sampling };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return { model: modelName ?? model.modelId, size, seed, ...Object.fromEntries(given) };
}

function checkSame(problems: readonly Problem[], file: PoolFile): void {
  const ids = new Set(problems.map(({ id }) => id));
  for (const id of file.ids) {
    if (ids.has(id)) continue;
    const what = `${file.path} holds ${id}, which the data does not have; name another file, or all of its data.`;
    throw new InvalidOptionError("out", what);
  }
}
