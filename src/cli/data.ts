import { Command, Option } from "commander";
import { addCodeOptions, addMathJudgeOptions, CODE_HELP, MATH_JUDGE_HELP } from "./data-flags.ts";
import { addDataOptions } from "./eval-flags.ts";
import { parseNumber } from "./parse-number.ts";

const count = () =>
  new Option("--count <count>", "how many").argParser(parseNumber({ least: 1, integer: true })).default(100);
const seed = () =>
  new Option("--seed <integer>", "same seed, same problems")
    .argParser(parseNumber({ integer: true }))
    .default(0);
const out = () => new Option("--out <file>", "default: stdout");

/** `pacore data`; what it does is loaded when it runs. */
export function dataCommand(): Command {
  const data = new Command("data")
    .summary("make and convert problems")
    .description("Make and convert problems.");
  data
    .command("arithmetic")
    .description("Synthetic integer arithmetic with exact answers, as in the paper's training data.")
    .addOption(count())
    .option("--digits <range>", "decimal digits of the operands", "12-13")
    .addOption(seed())
    .addOption(out())
    .action(async (flags) => {
      process.exitCode = await (await import("./run-data.ts")).writeArithmetic(flags);
    });
  data
    .command("worklists")
    .description("Problems that the embedded model can solve.")
    .addOption(count())
    .addOption(seed())
    .addOption(out())
    .action(async (flags) => {
      process.exitCode = await (await import("./run-data.ts")).writeWorklists(flags);
    });
  addDataOptions(data.command("convert"))
    .description(
      "Any data set that pacore eval reads, as JSON lines; what is no problem is told with its line.",
    )
    .argument("<data>", "a file or hf:owner/name")
    .addOption(out())
    .addHelpText("after", "\nExits with 3 if lines had to be left out.")
    .action(async (source, flags) => {
      process.exitCode = await (await import("./run-data.ts")).convertData(source, flags);
    });
  addCodeOptions(data.command("code"))
    .summary("make tests for programming problems")
    .description(
      "Synthetic tests for programming problems: a model writes generator and validator, known solutions check them.",
    )
    .argument("<in>", "a file or hf:owner/name")
    .addHelpText("after", CODE_HELP)
    .action(async (source, flags) => {
      process.exitCode = await (await import("./data-code.ts")).dataCode(source, flags);
    });
  addMathJudgeOptions(data.command("math-judge"))
    .summary("keep the problems that a judge finds fit for training")
    .description(
      "A model votes four times on whether a problem is fit for training; measured where there are labels.",
    )
    .argument("<in>", "a file or hf:owner/name")
    .addHelpText("after", MATH_JUDGE_HELP)
    .action(async (source, flags) => {
      process.exitCode = await (await import("./data-math-judge.ts")).dataMathJudge(source, flags);
    });
  return data;
}
