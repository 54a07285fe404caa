import type { CommandShape, OptionShape } from "./completion.ts";

/** A script for fish. */
export function fishCompletion(shapes: readonly CommandShape[]): string {
  const lines = shapes.flatMap((shape) => commandLines(shape));
  return `# Completion for pacore. Load it with: pacore completion fish | source\n${lines.join("\n")}\n`;
}

function commandLines({ path, subcommands, options, choices }: CommandShape): string[] {
  const words = path.split(" ").filter(Boolean);
  const names = subcommands.map(({ name }) => name);
  const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
  const none = names.length > 0 ? [`not __fish_seen_subcommand_from ${names.join(" ")}`] : [];
  const condition = [...seen, ...none].join("; and ");
  const head = `complete -c pacore -n ${quoted(condition || "true")}`;
  const commands = subcommands.map(
    ({ name, description }) => `${head} -f -a ${name} -d ${quoted(description)}`,
  );
  const values = choices.map((choice) => `${head} -f -a ${choice}`);
  return [...commands, ...values, ...options.map((option) => `${head} ${optionFlags(option)}`)];
}

function optionFlags({ long, short, description, takesValue, choices, file }: OptionShape): string {
  const flags = [
    `-l ${long.slice(2)}`,
    ...(short ? [`-s ${short.slice(1)}`] : []),
    `-d ${quoted(description)}`,
  ];
  if (choices.length > 0) flags.push(`-x -a ${quoted(choices.join(" "))}`);
  else if (takesValue) flags.push(file ? "-r -F" : "-x");
  return flags.join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
