import type { Program } from "../../verify/code/program.ts";
import type { Bench, CodeTest } from "./bench.ts";
import type { Input } from "./generate-inputs.ts";
import type { Solution } from "./read-solutions.ts";

export interface Answered {
  tests: CodeTest[];
  /** Inputs that became no test, since good solutions differ there, or one of them does not answer. */
  disagree: number;
  failed: number;
  /** The first of each, for people. */
  disagreement?: { input: string; outputs: string[] };
  failure?: string;
}

type Answer = { test: CodeTest } | { outputs: string[]; input: string } | { failure: string };

/** The outputs of good solutions on each input. An input becomes a test if all of them answer, and say the same. */
export async function answerInputs(
  inputs: readonly Input[],
  {
    oracles,
    bench,
    checker,
    maxOutputBytes,
  }: {
    oracles: readonly Solution[];
    bench: Bench;
    checker: Program | undefined;
    maxOutputBytes: number;
  },
): Promise<Answered> {
  const answers = await Promise.all(
    inputs.map((input) => answer(input, { oracles, bench, checker, maxOutputBytes })),
  );
  const disagreements = answers.filter((one) => "outputs" in one);
  const failures = answers.filter((one) => "failure" in one);
  return {
    tests: answers.flatMap((one) => ("test" in one ? [one.test] : [])),
    disagree: disagreements.length,
    failed: failures.length,
    ...(disagreements[0] && { disagreement: disagreements[0] }),
    ...(failures[0] && { failure: failures[0].failure }),
  };
}

async function answer(
  { text, category, seed }: Input,
  {
    oracles,
    bench,
    checker,
    maxOutputBytes,
  }: { oracles: readonly Solution[]; bench: Bench; checker: Program | undefined; maxOutputBytes: number },
): Promise<Answer> {
  const outputs: string[] = [];
  const failed = (why: string) => ({
    failure: `${category} ${seed}: good solution ${outputs.length + 1}: ${why}`,
  });
  for (const oracle of oracles) {
    const printed = await bench.print(oracle, text);
    if ("fault" in printed) return failed(printed.fault);
    if (Buffer.byteLength(printed.text) > maxOutputBytes) return failed("it printed too much");
    if (printed.text.trim() === "") return failed("it printed nothing");
    outputs.push(printed.text);
  }
  const [reference = "", ...others] = outputs;
  const test = { input: text, output: reference, category };
  // With a checker the reference itself has to pass, too.
  for (const output of checker ? outputs : others)
    if (!(await bench.same(checker, test, output))) return { input: text, outputs };
  return { test };
}
