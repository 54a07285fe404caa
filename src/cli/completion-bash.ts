import type { CommandShape, OptionShape } from "./completion.ts";

/** A script for bash; it needs nothing of the bash-completion package. */
export function bashCompletion(shapes: readonly CommandShape[]): string {
  const groups = shapes.filter(({ subcommands }) => subcommands.length > 0).map(({ path }) => path);
  return `# Completion for pacore. Load it with: source <(pacore completion bash)
_pacore() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${path:+$path }$word" in
${shapes
  .filter(({ path }) => path !== "")
  .map(({ path }) => `      '${path}') path='${path}' ;;`)
  .join("\n")}
    esac
  done
  COMPREPLY=()
  case "$path:$previous" in
${shapes.flatMap(valueCases).join("\n")}
  esac
  case "$path" in
${shapes.map(wordCase).join("\n")}
  esac
  # A word that is neither an option nor a command is a file, but where a command must come.
  case "$path" in
    ${groups.map((path) => `'${path}'`).join("|")}) ;;
    *) [[ $current != -* && \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _pacore pacore
`;
}

const names = ({ long, short }: OptionShape) => (short ? [long, short] : [long]);

function valueCases({ path, options }: CommandShape): string[] {
  return options.flatMap((option) => {
    if (!option.takesValue) return [];
    const pattern = names(option)
      .map((name) => `'${path}:${name}'`)
      .join("|");
    if (option.choices.length > 0) {
      return [
        `    ${pattern}) COMPREPLY=($(compgen -W '${option.choices.join(" ")}' -- "$current")); return ;;`,
      ];
    }
    if (option.file) return [`    ${pattern}) COMPREPLY=($(compgen -f -- "$current")); return ;;`];
    return [];
  });
}

function wordCase({ path, subcommands, options, choices }: CommandShape): string {
  const words = [...subcommands.map(({ name }) => name), ...choices, ...options.flatMap(names)];
  return `    '${path}') COMPREPLY=($(compgen -W '${words.join(" ")}' -- "$current")) ;;`;
}
