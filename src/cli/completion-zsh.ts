import type { CommandShape, OptionShape } from "./completion.ts";

/** A script for zsh: one function a command. */
export function zshCompletion(shapes: readonly CommandShape[]): string {
  return `#compdef pacore
# Completion for pacore. Load it with: source <(pacore completion zsh)
${shapes.map(commandFunction).join("\n")}
if [ "$funcstack[1]" = "_pacore" ]; then _pacore "$@"; else compdef _pacore pacore; fi
`;
}

const functionOf = (path: string) => `_pacore${path ? `_${path.replaceAll(/[ -]/g, "_")}` : ""}`;

function commandFunction({ path, subcommands, options, choices }: CommandShape): string {
  const specs = options.flatMap(optionSpecs);
  const rest = choices.length > 0 ? `'1:value:(${choices.join(" ")})'` : "'*:file:_files'";
  if (subcommands.length === 0) return `${functionOf(path)}() { _arguments ${[...specs, rest].join(" ")} }`;
  const values = subcommands.map(({ name, description }) => quoted(`${name}:${description}`)).join(" ");
  const branches = subcommands
    .filter(({ name }) => name !== "help")
    .map(({ name }) => `    ${name}) ${functionOf(path ? `${path} ${name}` : name)} ;;`);
  return `${functionOf(path)}() {
  local line state
  _arguments -C ${specs.join(" ")} '1: :->command' '*:: :->rest'
  case $state in
  command) local -a commands=(${values}); _describe command commands ;;
  rest) case $line[1] in
${branches.join("\n")}
    esac ;;
  esac
}`;
}

function optionSpecs({ long, short, description, takesValue, choices, file }: OptionShape): string[] {
  const text = description.replaceAll(/[[\]:]/g, (mark) => `\\${mark}`);
  const value = !takesValue
    ? ""
    : choices.length > 0
      ? `:value:(${choices.join(" ")})`
      : file
        ? ":file:_files"
        : ":value:";
  return (short ? [long, short] : [long]).map((name) => quoted(`${name}[${text}]${value}`));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
