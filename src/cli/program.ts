import { Argument, Command, Option } from "commander";
import { dataCommand } from "./data.ts";
import { evalCommand } from "./eval.ts";
import { EXIT_HELP, type ExitCode } from "./exit-codes.ts";
import { exportCommand } from "./export.ts";
import {
  DOCTOR_HELP,
  MAIN_HELP,
  PROMPT_HELP,
  SOLVE_HELP,
  TRAIN_HELP,
  TRAIN_REPORT_HELP,
  TRAIN_RUN_HELP,
} from "./help-texts.ts";
import { parseDuration } from "./parse-duration.ts";
import { parseNumber } from "./parse-number.ts";
import { poolCommand } from "./pool.ts";
import { rewardCommand } from "./reward.ts";
import { runsCommand } from "./runs.ts";
import { serveCommand } from "./serve.ts";
import { simulateCommand } from "./simulate.ts";
import { addLimitOptions, addOutputOptions, addSolveOptions } from "./solve-flags.ts";
import { verifyCommand } from "./verify.ts";

/** The program and its commands. Nothing but commander is loaded until a command runs. */
export function createProgram(version: string): Command {
  const program = new Command("pacore")
    .description("Parallel coordinated reasoning: many trajectories of a model, one better answer.")
    .version(version, "-V, --version")
    .helpOption("-h, --help")
    // The --out of train's subcommands would else be taken for its own.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", MAIN_HELP);
  addSolve(program);
  addRuns(program);
  program.addCommand(serveCommand());
  program.addCommand(evalCommand());
  program.addCommand(simulateCommand());
  program.addCommand(dataCommand());
  program.addCommand(verifyCommand());
  program.addCommand(poolCommand());
  program.addCommand(rewardCommand());
  addDoctor(program);
  addPrompt(program);
  addTrain(program);
  program.addCommand(exportCommand());
  addCompletion(program);
  return program;
}

/** Ends with the exit code of its work. */
const exits = (work: Promise<ExitCode>) =>
  work.then((code) => {
    process.exitCode = code;
  });

function addSolve(program: Command): void {
  addSolveOptions(
    program
      .command("solve")
      .summary("solve a problem")
      .description("Solve a problem: rounds of parallel trajectories, each read by the next, one answer.")
      .argument("[problem]", "the problem; - or nothing reads it from a pipe"),
  )
    .addHelpText("after", `${SOLVE_HELP}\n\n${EXIT_HELP}`)
    .action(async (problem, flags) => exits((await import("./solve.ts")).solveCommand(problem, flags)));
}

function addRuns(program: Command): void {
  const runs = runsCommand();
  addOutputOptions(addLimitOptions(runs.command("resume")))
    .summary("go on with a run that did not end")
    .description(
      "Go on with a run: what finished is not asked again. Limits given here replace those it had.",
    )
    .argument("<id>", "the run's id, or its beginning")
    .addHelpText("after", `\n${EXIT_HELP}`)
    .action(async (id, flags) => exits((await import("./resume.ts")).resumeRunCommand(id, flags)));
  program.addCommand(runs);
}

function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("check a model and its endpoint")
    .description("Check a model: reachable, known, streaming, usage, separated reasoning, context length.")
    .addArgument(new Argument("[ref]", "the model; default: $PACORE_MODEL, else embedded"))
    .option("--base-url <url>", "an OpenAI-compatible endpoint; then REF is a model id")
    .option("--json", "every finding as a line of JSON")
    .addOption(new Option("--timeout <duration>", "for each check").argParser(parseDuration))
    .addHelpText("after", DOCTOR_HELP)
    .action(async (reference, flags) => exits((await import("./doctor.ts")).doctorCommand(reference, flags)));
}

function addPrompt(program: Command): void {
  program
    .command("prompt")
    .summary("print a synthesis prompt")
    .description("Print P(x, M), the prompt of a synthesising round, to the byte.")
    .requiredOption("--problem-file <file>", "the problem x, read as it is")
    .requiredOption("--messages-file <file>", "the messages M: a JSON array of strings")
    .option("--template <file>", "another Jinja template, with original_prompt and ref_responses")
    .addHelpText("after", PROMPT_HELP)
    .action(async (flags) => exits((await import("./prompt.ts")).promptCommand(flags)));
}

function addTrain(program: Command): void {
  const train = program
    .command("train")
    .enablePositionalOptions()
    .summary("train a policy to synthesise")
    .description(
      "Train a policy on the synthesis step: PPO with GAE over a pool of verified messages, two stages.",
    )
    .argument("<recipe>", "lab, paper, or a YAML file")
    .option("--pool <file>", "verified messages, as pacore pool build writes them")
    .option("--out <folder>", "where checkpoints and metrics go; what is there is gone on from", "runs/train")
    .option("--held-out <data>", "problems to evaluate on while it trains, none of them in the pool")
    .addOption(
      new Option("--stage <number>", "one stage alone").argParser(
        parseNumber({ integer: true, least: 1, most: 2 }),
      ),
    )
    .addOption(
      new Option("--set <field=value>", "change a field of the recipe; repeat it")
        .argParser((value, all: string[]) => [...all, value])
        .default([], "none"),
    )
    .addOption(
      new Option("--threads <count>", "default: one for each core").argParser(
        parseNumber({ integer: true, least: 1 }),
      ),
    )
    .addOption(
      new Option("--engine <name>", "embedded: here; openrlhf: on GPUs, as the recipe's section cluster says")
        .choices(["embedded", "openrlhf"])
        .default("embedded"),
    )
    .option("--dry-run", "with openrlhf: print all that would be written and started, and do nothing")
    .option(
      "--print-command",
      "with openrlhf: write the files, print the trainer's command, leave starting it to you",
    )
    .option("--json", "every event as a line of JSON")
    .option("--print", "print the recipe, every field with its source, and train nothing")
    .addHelpText("after", TRAIN_RUN_HELP)
    .action(async (recipe, flags) => exits((await import("./train-run.ts")).trainCommand(recipe, flags)));
  train
    .command("lab-sft")
    .summary("teach a fresh policy its domain")
    .description("Make the embedded model's weights: demonstrations of work lists, on this machine's CPU.")
    .option("--out <folder>", "where checkpoint and weights go", "runs/lab-sft")
    .addOption(
      new Option("--seed <integer>", "same seed, same weights")
        .argParser(parseNumber({ integer: true }))
        .default(1),
    )
    .addOption(
      new Option("--minutes <count>", "stop after that long, with a checkpoint").argParser(
        parseNumber({ least: 0 }),
      ),
    )
    .option("--resume", "go on from the checkpoint in --out")
    .option("--json", "every step as a line of JSON")
    .addHelpText("after", TRAIN_HELP)
    .action(async (flags) => exits((await import("./train.ts")).trainLabSftCommand(flags)));
  train
    .command("report")
    .summary("draw a run's metrics as a page")
    .description(
      "Write a run's metrics, evaluations and recipe as one HTML file; the run may still be going.",
    )
    .argument("<folder>", "the --out of a training run")
    .option("--out <file>", "where the page goes; default: report.html in the folder")
    .addHelpText("after", TRAIN_REPORT_HELP)
    .action(async (folder, flags) =>
      exits((await import("./train-report.ts")).trainReportCommand(folder, flags)),
    );
}

function addCompletion(program: Command): void {
  program
    .command("completion")
    .summary("print a shell completion script")
    .description("Print a completion script for your shell.")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", "\nExample:\n  $ source <(pacore completion bash)")
    .action(async (shell) => exits((await import("./completion.ts")).completionCommand(shell, program)));
}
