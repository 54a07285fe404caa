import { basename } from "node:path";
import { parseWidths } from "../core/effort.ts";
import { compileTemplate } from "../core/synthesis.ts";
import {
  type CoordinatedMethod,
  coordinated,
  type Method,
  pluralityOf,
  sequential,
  single,
  type Variant,
  vote,
} from "../eval/method.ts";
import type { EvalFlags } from "./eval-flags.ts";
import { InputError } from "./input-error.ts";
import { readText } from "./read-file.ts";

type MethodFlags = Pick<
  EvalFlags,
  "widths" | "secondRound" | "selfConsistency" | "plurality" | "single" | "ablate" | "pool"
>;

/** What is compared: as named, else one plain sample and [4]. @throws {InputError} */
export async function methodsOf(flags: MethodFlags): Promise<Method[]> {
  checkPooled(flags);
  const named = flags.widths.map((text) => coordinated(parseWidths(text, "--widths")));
  const unnamed = named.length + flags.selfConsistency.length + flags.plurality.length === 0 && !flags.single;
  const base = [...(unnamed ? [coordinated([4])] : named), ...secondRounds(flags, named)];
  for (const { widths } of base) {
    if (widths.length === 0) throw new InputError("--widths: none is one plain sample; use --single.");
  }
  const ablated = await Promise.all(flags.ablate.map((what) => ablation(what, base)));
  const all: Method[] = [
    ...(flags.single || unnamed ? [single] : []),
    ...flags.selfConsistency.map(vote),
    ...flags.plurality.map(pluralityOf),
    ...base,
    ...ablated.flat(),
  ];
  return [...new Map(all.map((method) => [method.key, method])).values()];
}

/** A pool keeps conclusions: a first round that is drawn from it has no reasoning that could be passed on. */
function checkPooled({ pool, ablate }: MethodFlags): void {
  if (pool === undefined || !ablate.includes("no-compaction")) return;
  throw new InputError(
    "--ablate no-compaction: the first rounds that --pool draws are conclusions already; leave --pool out.",
  );
}

/** The K₂ sweep: [32] with 2, 4, 8 gives [32,2], [32,4], [32,8]. */
function secondRounds({ secondRound }: MethodFlags, named: CoordinatedMethod[]): CoordinatedMethod[] {
  if (secondRound === undefined) return [];
  const first = named.filter(({ widths }) => widths.length === 1);
  if (first.length === 0)
    throw new InputError("--second-round: needs --widths with one round, such as --widths 32.");
  const seconds = parseWidths(secondRound, "--second-round");
  return first.flatMap(({ widths }) => seconds.map((second) => coordinated([...widths, second])));
}

async function ablation(what: string, base: CoordinatedMethod[]): Promise<CoordinatedMethod[]> {
  if (base.length === 0) throw new InputError("--ablate: changes --widths, and none is given.");
  if (what === "sequential") return base.map(sequential);
  const variant = await variantOf(what);
  return base.map(({ widths }) => coordinated(widths, variant));
}

async function variantOf(what: string): Promise<Variant> {
  if (what === "no-compaction") return { compaction: "none" };
  const [, name, value = ""] = /^(messages|template)=(.+)$/.exec(what) ?? [];
  if (name === "messages" && /^[1-9]\d{0,3}$/.test(value)) return { messages: Number(value) };
  if (name === "template") {
    const source = await readText(value, "--ablate");
    compileTemplate(source);
    return { template: { name: basename(value), source } };
  }
  throw new InputError(
    `--ablate: "${what}" is none of sequential, no-compaction, messages=COUNT, template=FILE.`,
  );
}
