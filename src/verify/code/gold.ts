import { z } from "zod";
import { CHECKERS, type CheckerName, type Tolerance } from "./compare.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { LANGUAGES, type Language, languageOf } from "./program.ts";

const language = z.string().transform((name, context): Language => {
  const known = languageOf(name);
  if (known) return known;
  context.addIssue({ code: "custom", message: `is none of ${LANGUAGES.join(", ")}` });
  return z.NEVER;
});

const test = z.object({
  input: z.string(),
  output: z.string(),
  testtype: z.enum(["stdin", "functional"]).default("stdin"),
});

const checkerProgram = z.object({
  language: language.default("cpp"),
  source: z.string().min(1),
  files: z.record(z.string(), z.string()).optional(),
});

const name = z.string().nullish();

/** What LiveCodeBench has. */
const listed = z.object({
  tests: z.array(test).min(1),
  func_name: name,
  fn_name: name,
  checker: checkerProgram.nullish(),
});

/** TACO and APPS: values for functions, texts for programs. */
const columns = z
  .object({
    inputs: z.array(z.json()),
    outputs: z.array(z.json()),
    fn_name: name,
    checker: checkerProgram.nullish(),
  })
  .refine(({ inputs, outputs }) => inputs.length === outputs.length, "has not as many outputs as inputs")
  .refine(({ inputs }) => inputs.length > 0, "has no tests")
  .transform(({ inputs, outputs, fn_name: functionName, checker }) => ({
    tests: inputs.map((input, index) => testOf(input, outputs[index] ?? null, Boolean(functionName))),
    func_name: functionName,
    fn_name: undefined,
    checker,
  }));

function testOf(input: unknown, output: unknown, functional: boolean): z.output<typeof test> {
  if (!functional) return { input: textOf(input), output: textOf(output), testtype: "stdin" };
  const args = Array.isArray(input) ? input : [input];
  // These data sets wrap a result in a list of one.
  const result = Array.isArray(output) && output.length === 1 ? output[0] : output;
  return {
    input: args.map((arg) => JSON.stringify(arg)).join("\n"),
    output: JSON.stringify(result),
    testtype: "functional",
  };
}

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.map(textOf).join("\n") : JSON.stringify(value);
};

/** Tests as data sets write them; a text is taken for their JSON. */
export const goldSchema = z.preprocess(
  (value) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  },
  z.union([listed, columns]),
);

export interface Tests {
  tests: readonly z.output<typeof test>[];
  functionName: string | undefined;
  checker: z.output<typeof checkerProgram> | undefined;
}

/** @throws {z.ZodError} */
export function readGold(gold: unknown): Tests {
  const { tests, func_name, fn_name, checker } = goldSchema.parse(gold);
  return { tests, functionName: func_name ?? fn_name ?? undefined, checker: checker ?? undefined };
}

/** What a problem says of how its programs are run and judged. */
export const codeOptionsSchema = z.looseObject({
  language: language.optional(),
  checker: z.enum(CHECKERS).optional(),
  absolute: z.number().nonnegative().optional(),
  relative: z.number().nonnegative().optional(),
  /** CPU time of a test. */
  timeMs: z.number().positive().max(300_000).optional(),
  memoryMb: z.number().positive().max(16_384).optional(),
});

export interface CodeSettings {
  /** Absent: whichever the message names, else Python. */
  language?: Language | undefined;
  checker: CheckerName;
  tolerance: Tolerance;
  limits: Limits;
}

/** @throws {z.ZodError} */
export function readSettings(options: unknown, limits: Partial<Limits> = {}): CodeSettings {
  const given = codeOptionsSchema.parse(options ?? {});
  const { absolute = 1e-6, relative = 1e-6, timeMs, memoryMb } = given;
  return {
    language: given.language,
    checker: given.checker ?? "tokens",
    tolerance: { absolute, relative },
    limits: {
      ...DEFAULT_LIMITS,
      ...limits,
      // Twice the CPU time: other work on the machine is not the program's fault.
      ...(timeMs !== undefined && { cpuMs: timeMs, wallMs: timeMs * 2 + 1000 }),
      ...(memoryMb !== undefined && { memoryBytes: Math.round(memoryMb * 2 ** 20) }),
    },
  };
}
