import { Command } from "commander";
import { addEvalOptions, EVAL_HELP } from "./eval-flags.ts";

/** `pacore eval`; what it does is loaded when it runs. */
export function evalCommand(): Command {
  return addEvalOptions(new Command("eval"))
    .summary("compare methods on a data set")
    .description(
      "Run methods on a data set, tell right from wrong, and write a report with figures and plots.",
    )
    .argument("<data>", "a file, hf:owner/name, worklist:COUNT or arithmetic:COUNT")
    .addHelpText("after", EVAL_HELP)
    .action(async (data, flags) => {
      process.exitCode = await (await import("./run-eval.ts")).runEval(data, flags);
    });
}
