import { ZodError, z } from "zod";
import { type Score, type ScoreOptions, unscored, type Verifier, wrong } from "../score.ts";
import { checkerOf } from "./checker.ts";
import { type CodeSettings, readGold, readSettings, type Tests } from "./gold.ts";
import type { Limits } from "./limits.ts";
import { extractProgram, type Language, namedLanguage } from "./program.ts";
import { runTest } from "./run-test.ts";
import type { CodeRunner, Compiled } from "./runner.ts";

export interface CodeVerifierOptions {
  /** Where programs run: `localRunner()`, `sandboxFusion()` or `piston()`. */
  runner: CodeRunner;
  /** `language`, `checker`, `absolute`, `relative`, `timeMs`, `memoryMb`. Default: what the fence names, tokens, 6 s, 512 MiB. */
  options?: unknown;
  /** Where the options say nothing. */
  limits?: Partial<Limits> | undefined;
  /** Tests of one program at once. Default: 4; the runner has its own bound. */
  concurrency?: number | undefined;
}

/**
 * Runs the program in a message against a problem's tests. The score is the share of tests passed, from 0 to 1; a
 * failure of the sandbox or of a checker program is unscored, whatever else passed.
 *
 * Gold: `{tests: [{input, output, testtype?}], func_name?, checker?}` or `{inputs, outputs, fn_name?}`, or either as
 * JSON text.
 * @throws {ZodError} for options that are none.
 */
export function codeVerifier({
  runner,
  options,
  limits,
  concurrency = 4,
}: CodeVerifierOptions): Verifier<unknown> {
  const settings = readSettings(options, limits);
  const languageFor = (message: string) => settings.language ?? namedLanguage(message) ?? "python";
  // The tests of a problem are large, and the same for all its messages.
  const known = new WeakMap<object, Tests>();
  const testsOf = (gold: unknown): Tests => {
    const before = typeof gold === "object" && gold !== null ? known.get(gold) : undefined;
    if (before) return before;
    const tests = readGold(gold);
    if (typeof gold === "object" && gold !== null) known.set(gold, tests);
    return tests;
  };
  return {
    name: "code",
    async score(prediction, gold, { signal }: ScoreOptions = {}) {
      const language = languageFor(prediction);
      const source = extractProgram(prediction, language);
      if (source === null) return wrong(null, `there is no whole ${language} program in it`);
      try {
        const tests = testsOf(gold);
        return await judge(source, { runner, tests, language, settings, concurrency, signal });
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ZodError)
          return unscored(`the tests cannot be read: ${z.prettifyError(error)}`, source);
        return unscored(error instanceof Error ? error.message : String(error), source);
      }
    },
    normalForm: (message) => extractProgram(message, languageFor(message))?.trim() ?? "",
  };
}

interface Trial {
  runner: CodeRunner;
  tests: Tests;
  language: Language;
  settings: CodeSettings;
  concurrency: number;
  signal: AbortSignal | undefined;
}

async function judge(source: string, trial: Trial): Promise<Score> {
  const { runner, tests: gold, language, settings, signal } = trial;
  const { tests, functionName } = gold;
  const check = await checkerOf(runner, gold, { settings, signal });
  const programs = new Map<string | undefined, Compiled>();
  for (const { testtype } of tests) {
    const name = testtype === "functional" ? functionName : undefined;
    if (testtype === "functional" && name === undefined)
      return unscored("the tests name no function", source);
    if (programs.has(name)) continue;
    programs.set(
      name,
      await runner.compile({ language, source, ...(name && { functionName: name }) }, signal),
    );
  }
  const results = await inParallel(tests, trial.concurrency, async (test, index) => {
    const program = programs.get(test.testtype === "functional" ? functionName : undefined) as Compiled;
    const { value, fault } = await runTest(program, { test, check, settings, signal });
    return { value, fault: fault && `test ${index + 1}: ${fault}` };
  });
  const value = results.reduce((sum, result) => sum + result.value, 0) / tests.length;
  const passed = results.filter((result) => result.value === 1).length;
  const first = results.find(({ fault }) => fault)?.fault;
  return {
    value,
    answer: source,
    explanation: `${passed} of ${tests.length} tests passed${first ? `; ${first}` : ""}`,
  };
}

/** In order, so many at once; the first failure is thrown when none runs any more. */
async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
