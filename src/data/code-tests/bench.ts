import { checkerOf } from "../../verify/code/checker.ts";
import type { CodeSettings } from "../../verify/code/gold.ts";
import type { Limits } from "../../verify/code/limits.ts";
import type { Program } from "../../verify/code/program.ts";
import { runTest, STOPPED } from "../../verify/code/run-test.ts";
import type { CodeRunner } from "../../verify/code/runner.ts";
import type { Solution } from "./read-solutions.ts";
import type { TestCategory } from "./settings.ts";

/** A test, and where it comes from. */
export interface CodeTest {
  input: string;
  output: string;
  category: TestCategory | "known";
}

/** What became of a run of which only the output matters. */
export type Printed = { text: string } | { fault: string };

/** The first test that a solution fails, or none. */
export interface Judgement {
  accepted: boolean;
  /** Tests run until it was rejected. */
  tests: number;
  by?: CodeTest["category"];
  fault?: string;
}

/** Tests of one solution at once; the runner has its own bound. */
const AT_ONCE = 4;
const SHOWN = 300;

/** Where the programs of one problem run: always a sandbox's runner. Each program is compiled once, as long as it is known there. */
export class Bench {
  readonly #runner: CodeRunner;
  readonly #settings: CodeSettings;
  readonly #signal: AbortSignal;

  constructor(runner: CodeRunner, settings: CodeSettings, signal: AbortSignal) {
    this.#runner = runner;
    this.#settings = settings;
    this.#signal = signal;
  }

  /** Whether a program gets as far as running. */
  async compiles(program: Program): Promise<boolean> {
    return !("problem" in (await this.#runner.compile(program, this.#signal)));
  }

  /** stdout of a program that ends well. @throws {SandboxError} for a fault of the sandbox. */
  async print(program: Program, stdin: string, limits: Limits = this.#settings.limits): Promise<Printed> {
    const compiled = await this.#runner.compile(program, this.#signal);
    if ("problem" in compiled) return { fault: `it does not compile: ${compiled.problem.slice(0, SHOWN)}` };
    const { end, exitCode, stdout, stderr } = await compiled.run({ stdin, limits, signal: this.#signal });
    if (end !== "exited") return { fault: STOPPED[end] };
    if (exitCode !== 0) return { fault: `exit code ${exitCode}: ${tail(stderr)}` };
    return { text: stdout };
  }

  /** Whether an output is as good as the reference, by the problem's comparison or a checker program. */
  async same(
    checker: Program | undefined,
    test: { input: string; output: string },
    output: string,
  ): Promise<boolean> {
    const check = await this.#check(checker);
    return (await check({ ...test, testtype: "stdin" }, output, this.#signal)) === 1;
  }

  #check(checker: Program | undefined) {
    const gold = {
      tests: [],
      functionName: undefined,
      checker: checker && { language: checker.language, source: checker.source, files: { ...checker.files } },
    };
    return checkerOf(this.#runner, gold, { settings: this.#settings, signal: this.#signal });
  }

  /** Runs a solution until it fails a test. @throws {SandboxError} for a fault of the sandbox or of the checker. */
  async judge(
    solution: Solution,
    tests: readonly CodeTest[],
    checker?: Program | undefined,
  ): Promise<Judgement> {
    const check = await this.#check(checker);
    const program = await this.#runner.compile(solution, this.#signal);
    for (let from = 0; from < tests.length; from += AT_ONCE) {
      const some = tests.slice(from, from + AT_ONCE);
      const results = await Promise.all(
        some.map(({ input, output }) =>
          runTest(program, {
            test: { input, output, testtype: "stdin" },
            check,
            settings: this.#settings,
            signal: this.#signal,
          }),
        ),
      );
      const failed = results.findIndex(({ value }) => value < 1);
      if (failed === -1) continue;
      const { category } = some[failed] as CodeTest;
      return {
        accepted: false,
        tests: from + failed + 1,
        by: category,
        fault: results[failed]?.fault ?? "partly right",
      };
    }
    return { accepted: true, tests: tests.length };
  }
}

const tail = (text: string): string => text.trim().slice(-SHOWN) || "it says nothing";
