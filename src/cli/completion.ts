import type { Command, Option } from "commander";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

export type Shell = "bash" | "zsh" | "fish";

/** One command, as completion sees it. */
export interface CommandShape {
  /** `""` for the program, `"runs show"` below it. */
  path: string;
  description: string;
  subcommands: { name: string; description: string }[];
  options: OptionShape[];
  /** What its arguments may be. */
  choices: readonly string[];
}

export interface OptionShape {
  long: string;
  short?: string;
  description: string;
  takesValue: boolean;
  choices: readonly string[];
  /** The value is a path. */
  file: boolean;
}

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `pacore completion`: a script made from the command tree. */
export async function completionCommand(shell: Shell, program: Command): Promise<ExitCode> {
  process.stdout.write(SCRIPTS[shell](shapesOf(program)));
  return EXIT.answered;
}

/** The command tree, flat. */
export function shapesOf(command: Command, path = ""): CommandShape[] {
  const visible = command.createHelp().visibleCommands(command);
  const options = command.createHelp().visibleOptions(command).flatMap(optionShape);
  const subcommands = visible.map((sub) => ({ name: sub.name(), description: sub.description() }));
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const shape = { path, description: command.description(), subcommands, options, choices };
  // `help` is commander's own and has no tree below it.
  const below = command.commands.flatMap((sub) => shapesOf(sub, path ? `${path} ${sub.name()}` : sub.name()));
  return [shape, ...below];
}

function optionShape(option: Option): OptionShape[] {
  if (!option.long) return [];
  return [
    {
      long: option.long,
      ...(option.short && { short: option.short }),
      description: option.description,
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
      file: /<(file|path|folder)>/.test(option.flags),
    },
  ];
}
