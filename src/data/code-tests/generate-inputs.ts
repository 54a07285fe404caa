import { seedFor } from "../../core/random.ts";
import type { Program } from "../../verify/code/program.ts";
import { STOPPED } from "../../verify/code/run-test.ts";
import type { Bench } from "./bench.ts";
import { type CodeTestSettings, TEST_CATEGORIES, type TestCategory, toolLimits } from "./settings.ts";
import { refusal } from "./write-validator.ts";

/** An input that a generator made and a validator accepts. */
export interface Input {
  category: TestCategory;
  /** What the generator was given: with its program, the input can be made again. */
  seed: number;
  text: string;
}

/** Why an input came to nothing. */
export const INPUT_FAULTS = [
  "crashed",
  "too-large",
  "empty",
  "no-text",
  "not-deterministic",
  "refused",
  "duplicate",
] as const;
export type InputFault = (typeof INPUT_FAULTS)[number];

export interface Generated {
  asked: number;
  valid: Input[];
  faults: Partial<Record<InputFault, number>>;
  /** For the model: what went wrong, an example of each fault. */
  told: string[];
}

interface Trial {
  category: TestCategory;
  seed: number;
  result: { text: string } | { fault: InputFault; detail: string };
}

export interface GenerateOptions {
  bench: Bench;
  validator: Program;
  settings: CodeTestSettings;
  /** Of the problem and the round: other rounds have other seeds. */
  seedNames: readonly (string | number)[];
  /** Inputs that are there already. */
  known: ReadonlySet<string>;
}

/** Runs a generator once for each category and seed, twice in fact: the same seed has to give the same bytes. */
export async function generateInputs(generator: Program, options: GenerateOptions): Promise<Generated> {
  const { settings, seedNames, known } = options;
  const plan = TEST_CATEGORIES.map((category) =>
    Array.from({ length: settings.inputs }, (_, k) => ({
      category,
      // Small enough for any language's integers.
      seed: seedFor(settings.seed, ...seedNames, category, k) % 2 ** 31,
    })),
  );
  const trials = (await Promise.all(plan.map((some) => tryInTurn(generator, some, options)))).flat();
  const seen = new Set(known);
  const valid: Input[] = [];
  const failures = new Map<InputFault, string[]>();
  const fail = (fault: InputFault, detail: string) =>
    void failures.set(fault, [...(failures.get(fault) ?? []), detail]);
  for (const { category, seed, result } of trials) {
    if ("fault" in result) fail(result.fault, `${category} ${seed}: ${result.detail}`);
    else if (seen.has(result.text)) fail("duplicate", `${category} ${seed}: an input that was there before`);
    else {
      seen.add(result.text);
      valid.push({ category, seed, text: result.text });
    }
  }
  return {
    asked: trials.length,
    valid,
    faults: Object.fromEntries([...failures].map(([fault, details]) => [fault, details.length])),
    told: [...failures].map(
      ([fault, details]) => `${TOLD[fault]} (${details.length} of ${trials.length}); for ${details[0]}`,
    ),
  };
}

const TOLD: Record<InputFault, string> = {
  crashed: "it does not end well",
  "too-large": "it prints more than it may",
  empty: "it prints nothing",
  "no-text": "it prints what is no UTF-8 text",
  "not-deterministic": "the same category and seed print different inputs",
  refused: "the validator refuses what it prints",
  duplicate: "different seeds print the same input",
};

/** One category's seeds. One that runs into a limit costs as much as it may: the others would, too. */
async function tryInTurn(
  generator: Program,
  plan: readonly Pick<Trial, "category" | "seed">[],
  options: GenerateOptions,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  let stopped: { fault: InputFault; detail: string } | undefined;
  for (const one of plan) {
    const trial = stopped ? { ...one, result: stopped } : await tryOne(generator, one, options);
    trials.push(trial);
    const { result } = trial;
    if ("fault" in result && LIMITS.has(result.detail)) stopped = result;
  }
  return trials;
}

const LIMITS: ReadonlySet<string> = new Set(Object.values(STOPPED));

async function tryOne(
  generator: Program,
  { category, seed }: Pick<Trial, "category" | "seed">,
  { bench, validator, settings }: GenerateOptions,
): Promise<Trial> {
  const fail = (fault: InputFault, detail: string): Trial => ({ category, seed, result: { fault, detail } });
  const { maxInputBytes } = settings;
  const run = () => bench.print(generator, `${category} ${seed}\n`, toolLimits(maxInputBytes));
  const printed = await run();
  if ("fault" in printed)
    return fail(printed.fault === "it printed too much" ? "too-large" : "crashed", printed.fault);
  const { text } = printed;
  if (text.trim() === "") return fail("empty", "no output");
  if (Buffer.byteLength(text) > maxInputBytes) return fail("too-large", `${Buffer.byteLength(text)} bytes`);
  if (/[\0\ufffd]/.test(text)) return fail("no-text", "bytes that are no text");
  const again = await run();
  if (!("text" in again) || again.text !== text) return fail("not-deterministic", "run twice");
  const reason = await refusal(validator, text, bench);
  return reason === undefined
    ? { category, seed, result: { text } }
    : fail("refused", `${JSON.stringify(reason)}; the input begins ${JSON.stringify(text.slice(0, 200))}`);
}
