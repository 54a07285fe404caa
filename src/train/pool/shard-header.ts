import { createHash } from "node:crypto";
import { z } from "zod";
import { issueOf, type Problem } from "../../data/problem.ts";
import { InvalidOptionError } from "../../errors.ts";
import { digestOf } from "./problem-digest.ts";
import { isOfShard, type Shard, shardText } from "./shard.ts";

/** The one field of a shard's first line, which no entry has. */
const FIELD = "pacore_shard";

const headerSchema = z.object({
  /** `2/8`. */
  shard: z.string(),
  /** Of all problems of the data, in their order. */
  data: z.string(),
  /** Model, size, seed, sampling: what decides a pool's trajectories. */
  settings: z.record(z.string(), z.unknown()),
  /** Problems of this shard, complete or not. */
  problems: z.int().nonnegative(),
  /** Of each line that follows: its problem's place in the data, from 0. They rise. */
  positions: z
    .array(z.int().nonnegative())
    .refine((all) => all.every((at, i) => i === 0 || at > (all[i - 1] as number)), "do not rise"),
});

/** What a shard says of itself, so that its file alone can be merged with the others. */
export type ShardHeader = z.infer<typeof headerSchema>;

export const isShardHeader = (value: Record<string, unknown>): boolean => FIELD in value;

/** @throws {Error} with the reason. */
export function parseShardHeader(value: Record<string, unknown>): ShardHeader {
  const parsed = headerSchema.safeParse(value[FIELD]);
  if (!parsed.success) throw new Error(issueOf(parsed.error));
  return parsed.data;
}

/**
 * The first line of a shard's file, by the indices of its complete problems among its own.
 * @param data All problems, those of other shards too.
 */
export function shardHeader(
  data: readonly Problem[],
  { shard, settings }: { shard: Shard; settings: ShardHeader["settings"] },
): (complete: number[]) => string {
  const own = [...data.keys()].filter((at) => isOfShard((data[at] as Problem).id, shard));
  const fingerprint = dataFingerprint(data);
  return (complete) => {
    const positions = complete.map((at) => own[at] as number);
    const header = { shard: shardText(shard), data: fingerprint, settings, problems: own.length, positions };
    return JSON.stringify({ [FIELD]: header });
  };
}

/** What is equal for equal data: the same problems in the same order. */
function dataFingerprint(problems: readonly Problem[]): string {
  const hash = createHash("sha256");
  for (const problem of problems) hash.update(`${JSON.stringify(problem.id)} ${digestOf(problem)}\n`);
  return hash.digest("hex");
}

interface Begun {
  path: string;
  /** What the file says of itself. */
  shard: ShardHeader | undefined;
  ids: Iterable<string>;
}

/** @throws {InvalidOptionError} if a file is gone on with as another shard than it is. */
export function checkShard(file: Begun, settings: ShardHeader["settings"], wanted: Shard | undefined): void {
  const { path, shard: found, ids } = file;
  const refuse = (what: string) => {
    throw new InvalidOptionError("out", `${path} ${what}, or name another file.`);
  };
  if (found) {
    const asked = wanted && shardText(wanted);
    if (found.shard !== asked)
      refuse(
        `is shard ${found.shard} of a pool${asked ? `, not ${asked}` : ""}; give --shard ${found.shard}`,
      );
    const other = firstDifference(found.settings, settings);
    if (other) refuse(`was built with another ${other}; give what it had`);
  } else if (wanted && [...ids].some((id) => !isOfShard(id, wanted)))
    refuse(`holds problems of other shards than ${shardText(wanted)}; leave --shard out`);
}

/** The first setting that differs, in words; undefined if all are the same. */
export function firstDifference(a: ShardHeader["settings"], b: ShardHeader["settings"]): string | undefined {
  const names = Object.keys({ ...a, ...b });
  const name = names.find((one) => JSON.stringify(a[one]) !== JSON.stringify(b[one]));
  return name && `${name} (${JSON.stringify(a[name])} and ${JSON.stringify(b[name])})`;
}
