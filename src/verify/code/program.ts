/** Languages that programs may be in. */
export const LANGUAGES = ["python", "cpp", "javascript"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Program {
  language: Language;
  source: string;
  /** Call this function with the lines of stdin as JSON arguments and print what it returns as JSON. */
  functionName?: string | undefined;
  /** Headers or modules next to it, by name. */
  files?: Readonly<Record<string, string>> | undefined;
}

/** The names that fences in messages carry. */
const FENCES: Record<string, Language> = {
  python: "python",
  python3: "python",
  py: "python",
  cpp: "cpp",
  "c++": "cpp",
  cc: "cpp",
  javascript: "javascript",
  js: "javascript",
  node: "javascript",
};

/** A language by any of its usual names. */
export const languageOf = (name: string): Language | undefined => FENCES[name.trim().toLowerCase()];

/**
 * The program in a message: its last fenced block in the language, else the last without a language, else, if nothing
 * is fenced, all of it.
 */
export function extractProgram(message: string, language: Language): string | null {
  const { blocks, cutOff } = fencedBlocks(message);
  if (blocks.length === 0) return cutOff || message.trim() === "" ? null : message;
  const own = blocks.findLast(({ tag }) => languageOf(tag) === language);
  return (own ?? blocks.findLast(({ tag }) => tag === ""))?.code ?? null;
}

/** The language that a message itself names: that of its last fenced block which names one. */
export function namedLanguage(message: string): Language | undefined {
  const { blocks } = fencedBlocks(message);
  return languageOf(blocks.findLast(({ tag }) => languageOf(tag))?.tag ?? "");
}

/** Blocks between fences; one that was cut off before its end is no program. */
function fencedBlocks(message: string): { blocks: { tag: string; code: string }[]; cutOff: boolean } {
  const blocks: { tag: string; code: string }[] = [];
  let open: { mark: string; tag: string; lines: string[] } | undefined;
  for (const line of message.split("\n")) {
    const mark = /^\s{0,3}(`{3,}|~{3,})\s*([^\s`]*)\s*$/.exec(line);
    if (open && mark && mark[2] === "" && mark[1]?.startsWith(open.mark)) {
      blocks.push({ tag: open.tag, code: open.lines.join("\n") });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (mark) open = { mark: mark[1] as string, tag: mark[2] as string, lines: [] };
  }
  return { blocks, cutOff: open !== undefined };
}
