import { z } from "zod";
import { scoreChoice } from "./choice.ts";
import { scoreExact } from "./exact.ts";
import { scoreJsonSchema } from "./json-schema.ts";
import type { MathOptions } from "./math/options.ts";
import { scoreMath } from "./math/score-math.ts";
import { scoreRegex } from "./regex.ts";
import type { Score } from "./score.ts";

export const CASE_KINDS = ["math", "choice", "exact", "regex", "json-schema"] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** Options as people write them in data files: ours, and Math-Verify's names for the same. */
const caseOptions = z.looseObject({
  precision: z.int().min(0).max(15).optional(),
  percent: z.enum(["fraction", "either"]).optional(),
  listOrder: z.enum(["ignored", "kept"]).optional(),
  inequalityForSet: z.boolean().optional(),
  allow_set_relation_comp: z.boolean().optional(),
  sources: z.array(z.enum(["latex", "plain"])).optional(),
  match_types: z.array(z.string()).optional(),
  caseMatters: z.boolean().optional(),
  flags: z.string().optional(),
  timeoutMs: z.number().positive().max(60_000).optional(),
});

/** Why a field is not what it should be, without its name: `pred` + `is missing`. */
const fault =
  (wanted: string) =>
  ({ input }: { input?: unknown }): string =>
    input === undefined ? "is missing" : `must be ${wanted}, not ${typeName(input)}`;

const typeName = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : `a${typeof value === "object" ? "n" : ""} ${typeof value}`;

const ANSWER = "text, a number, true or false";
const answer = [z.string(), z.number().transform(String), z.boolean().transform(String)] as const;

/** One case of `pacore verify --file`. */
export const caseSchema = z.object({
  id: z.unknown().optional(),
  gold: z.union([...answer, z.record(z.string(), z.unknown())], { error: fault(`${ANSWER}, or an object`) }),
  /** A model that said nothing gave `null`. */
  pred: z.union([...answer, z.null().transform(() => "")], { error: fault(ANSWER) }),
  kind: z.enum(CASE_KINDS).nullish(),
  opts: caseOptions.nullish(),
});

export type VerifyCase = z.output<typeof caseSchema>;

/** Scores a case by its kind; without one, as a choice if its options say so, else as mathematics. */
export function scoreCase({ gold, pred, kind, opts }: Omit<VerifyCase, "id">): Score {
  const options = opts ?? {};
  const text = typeof gold === "string" ? gold : JSON.stringify(gold);
  switch (kind ?? (options.match_types?.includes("NativeLetters") ? "choice" : "math")) {
    case "math":
      return scoreMath(pred, text, mathOptions(options));
    case "choice":
      return scoreChoice(pred, text);
    case "exact":
      return scoreExact(pred, text, defined({ caseMatters: options.caseMatters }));
    case "regex":
      return scoreRegex(pred, text, defined({ flags: options.flags, timeoutMs: options.timeoutMs }));
    case "json-schema":
      return scoreJsonSchema(pred, gold, defined({ timeoutMs: options.timeoutMs }));
  }
}

function mathOptions(options: z.output<typeof caseOptions>): MathOptions {
  const { precision, percent, listOrder, match_types: types } = options;
  const inequalityForSet = options.inequalityForSet ?? options.allow_set_relation_comp;
  const sources =
    options.sources ?? types?.map((type) => (type === "latex" ? ("latex" as const) : ("plain" as const)));
  return { precision, percent, listOrder, inequalityForSet, sources: sources?.length ? sources : undefined };
}

/** Without the options that were not given, so that defaults apply. */
function defined<T extends Record<string, unknown>>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof defined<T>
  >;
}
