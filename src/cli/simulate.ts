import { Command, Option } from "commander";

const HELP = `
Examples:
  $ pacore simulate runs/eval-aime --every-k
  $ pacore simulate runs/eval-aime --widths 8 --widths 64,8 --svg curves.svg

Votes and pass@K are exact, by counting all subsets of the stored samples. Forecasts rest on an assumption that
docs/evaluation.md states; compare those of widths that were run with what they gave.`;

/** `pacore simulate`; what it does is loaded when it runs. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .summary("tell from stored trajectories what other methods would give")
    .description("Curves over K and a forecast for widths that were not run, without a model.")
    .argument("<folder>", "the --out of an evaluation")
    .addOption(
      new Option("--widths <list>", "forecast these; repeat it for several")
        .argParser((text: string, before: string[] = []) => [...before, text])
        .default([], "a selection"),
    )
    .option("--every-k", "a line for every K, not for powers of two alone")
    .option("--svg <file>", "write the curves as a picture")
    .option("--json", "everything as one line of JSON")
    .addHelpText("after", HELP)
    .action(async (folder, flags) => {
      process.exitCode = await (await import("./run-simulate.ts")).runSimulate(folder, flags);
    });
}
