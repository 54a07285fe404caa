import { Command, Option } from "commander";
import { parseNumber } from "./parse-number.ts";
import type { RunsIo } from "./runs-io.ts";

const journalOption = () => new Option("--journal <path>", "the journal to look into").env("PACORE_JOURNAL");

const RUNS_HELP = `
Examples:
  $ pacore runs list
  $ pacore runs show 3f2a                       the beginning of an id will do
  $ pacore runs export 3f2a | jq -r 'select(.type == "trajectory").message'
  $ pacore runs delete --all-finished`;

/**
 * `pacore runs`: what the journal holds. The `resume` command is added by its author, who runs runs.
 * Nothing but commander is loaded until a command runs.
 */
export function runsCommand(io: RunsIo = process): Command {
  const runs = new Command("runs")
    .summary("list, show, resume, export and delete kept runs")
    .description("Kept runs: finished trajectories are in a journal, and are never paid for again.")
    .addHelpText("after", RUNS_HELP);
  runs
    .command("list")
    .summary("list kept runs, newest first")
    .description("List kept runs, newest first. Full ids are printed where it is not a terminal.")
    .addOption(
      new Option("--limit <count>", "show at most so many; 0 shows all")
        .argParser(parseNumber({ least: 0, integer: true }))
        .default(50),
    )
    .option("--json", "a line of JSON a run")
    .addOption(journalOption())
    .action(async (flags) => (await import("./runs-list.ts")).listRuns(io, flags));
  runs
    .command("show")
    .summary("show one run: rounds, trajectories, receipt, answer")
    .description("Show one run: what was asked, its rounds and trajectories, what it cost, the answer.")
    .argument("<id>", "the run's id, or its beginning")
    .option("--json", "as one line of JSON; export has the trajectories' whole texts too")
    .addOption(journalOption())
    .action(async (id, flags) => (await import("./runs-show.ts")).showRun(io, id, flags));
  runs
    .command("export")
    .summary("print all of a run as lines of JSON")
    .description("Print all of a run as lines of JSON: the run, its trajectories, rounds and result.")
    .argument("<id>", "the run's id, or its beginning")
    .addOption(journalOption())
    .action(async (id, flags) => (await import("./runs-export.ts")).exportRun(io, id, flags));
  runs
    .command("delete")
    .summary("delete runs for good")
    .description("Delete runs for good. Their texts are overwritten, and the space is given back.")
    .argument("[ids...]", "ids, or their beginnings")
    .option("--all-finished", "all runs that have an answer")
    .option("--json", "what was deleted, as a line of JSON")
    .addOption(journalOption())
    .action(async (ids, flags) => (await import("./runs-delete.ts")).deleteRuns(io, ids, flags));
  return runs;
}
