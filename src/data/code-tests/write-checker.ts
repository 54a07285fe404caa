import type { Program } from "../../verify/code/program.ts";
import { SandboxError } from "../../verify/code/sandbox-errors.ts";
import type { Bench } from "./bench.ts";
import type { KnownTest } from "./code-source.ts";
import { type Ask, Conversation } from "./conversation.ts";
import { checkerPrompt, repairPrompt } from "./prompts.ts";
import type { CodeTestSettings } from "./settings.ts";
import type { Written } from "./write-validator.ts";

interface CheckerOptions {
  problem: string;
  disagreement: { input: string; outputs: string[] };
  known: readonly KnownTest[];
  bench: Bench;
  settings: CodeTestSettings;
}

const LONGEST_SHOWN = 2000;
const MOST_TRIED = 10;

/** Ask for a checker until it accepts what good solutions print, and refuses what nobody should. */
export async function writeChecker(ask: Ask, options: CheckerOptions): Promise<Written> {
  const { problem, disagreement, settings } = options;
  const example = {
    input: disagreement.input.slice(0, LONGEST_SHOWN),
    outputs: disagreement.outputs.map((output) => output.slice(0, LONGEST_SHOWN)),
  };
  const conversation = new Conversation(ask, "checker", checkerPrompt(problem, example));
  let fault: string | undefined;
  for (let round = 0; round < settings.rounds; round++) {
    const { program, text } = await conversation.ask(fault && repairPrompt("checker", [fault]));
    if (!program && /^\s*UNIQUE\b/m.test(text))
      return { fault: "the model says that only one output is right", answers: conversation.answers };
    fault = program ? await faultOf(program, options) : "there is no whole program in a fenced block";
    if (program && fault === undefined) return { program, answers: conversation.answers };
  }
  return { fault: fault ?? "no answer", answers: conversation.answers };
}

async function faultOf(
  checker: Program,
  { disagreement, known, bench }: CheckerOptions,
): Promise<string | undefined> {
  const [reference = ""] = disagreement.outputs;
  const cases = [
    ...disagreement.outputs.map((output) => ({
      test: { input: disagreement.input, output: reference },
      output,
    })),
    ...known.slice(0, MOST_TRIED).map((test) => ({ test, output: test.output })),
  ];
  try {
    for (const { test, output } of cases)
      if (!(await bench.same(checker, test, output)))
        return `it refuses an output that is right: ${JSON.stringify(output.slice(0, LONGEST_SHOWN))}`;
    const test = { input: disagreement.input, output: reference };
    for (const output of ["", "@#\n", `${reference}\n@#\n`])
      if (await bench.same(checker, test, output))
        return `it accepts an output that is wrong: ${JSON.stringify(output.slice(0, LONGEST_SHOWN))}`;
    return undefined;
  } catch (error) {
    if (error instanceof SandboxError) return `it does not run as it should: ${error.message}`;
    throw error;
  }
}
