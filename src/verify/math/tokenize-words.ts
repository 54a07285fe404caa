import { FUNCTION_ALIASES, FUNCTIONS, GREEK } from "./symbols.ts";
import type { Scanner } from "./token.ts";
import { isUnitPrefix, isUnitSymbol, isUnitWord } from "./units.ts";

const AND = /^(?:and|et|und|и|和|与|及|以及|और)$/i;
const OR = /^(?:or|ou|oder|или|或|或者)$/i;
const GLUED = /^(or|and)(?=[A-Z]|$)/;
const GLUED_FUNCTION = /^(sin|cos|tan|cot|sec|csc|ln|log)([a-z])$/;
const PLAIN_COMMANDS: Readonly<Record<string, string>> = {
  sqrt: "sqrt",
  cbrt: "cbrt",
  pi: "pi",
  infinity: "infty",
  infty: "infty",
  oo: "infty",
  inf: "infty",
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
  mod: "mod",
};
const PLAIN_SYMBOLS: Readonly<Record<string, string>> = {
  percent: "%",
  percentage: "%",
  pct: "%",
  in: "∈",
};

/** A run of letters: a connector, a function, a word, or variables side by side. */
export function scanLetters(s: Scanner, run: string): void {
  const glued = isOperand(s) && GLUED.exec(run);
  if (glued) {
    s.push("symbol", glued[1] as string);
    const rest = run.slice(glued[0].length);
    return rest ? scanLetters(s, rest) : undefined;
  }
  if (/^[ap]$/i.test(run) && s.last?.type === "number" && s.match(/\.\s?m(?![A-Za-z])\.?/iy))
    return s.push("word", `${run}m`);
  if (run === "I" && isFactor(s)) return s.push("letter", "i");
  if (isTimes(s, run)) return s.push("symbol", "*");
  if (isUnitPrefix(run) && run.length > 1 && /^\s?\d/.test(s.text.slice(s.at, s.at + 2))) return s.space();
  if (AND.test(run)) return s.push("symbol", "and");
  if (OR.test(run)) return s.push("symbol", "or");
  if (run === "U" && isBracket(s.last?.text, ")]}") && /^\s*[([\\]/.test(s.text.slice(s.at, s.at + 9)))
    return s.push("symbol", "∪");
  if (pushKnown(s, run)) return;
  const isUnit = s.last?.type === "number" && (isUnitWord(run) || isRate(s, run));
  if (isUnit || run.length > 2 || run.charCodeAt(0) > 127 || /^no$/i.test(run)) return s.push("word", run);
  for (const letter of run) s.push("letter", letter);
}

/** Computer algebra prints the imaginary unit as `I`: `sqrt(3)*I/2`. */
const isFactor = (s: Scanner): boolean =>
  (s.last?.text === "*" && s.text[s.at - 2] === "*") || s.text[s.at] === "*";

/** The `x` of `6.02 x 10^23`. */
const isTimes = (s: Scanner, run: string): boolean =>
  /^x$/i.test(run) && s.last?.type === "number" && /^\s?10\s?(?:\^|\*\*)/.test(s.text.slice(s.at, s.at + 6));

/** The `m` of `9 m/s`. */
function isRate(s: Scanner, run: string): boolean {
  const per = /^\s?\/\s?([A-Za-z]+)/.exec(s.text.slice(s.at, s.at + 12));
  return per !== null && isUnitSymbol(run) && isUnitSymbol(per[1] as string);
}

const isOperand = (s: Scanner): boolean => s.last?.type === "number" || isBracket(s.last?.text, ")]");

const isBracket = (text: string | undefined, brackets: string): boolean =>
  text !== undefined && text !== "" && brackets.includes(text.at(-1) as string);

function pushKnown(s: Scanner, run: string): boolean {
  const name = FUNCTION_ALIASES[run] ?? run;
  const command = PLAIN_COMMANDS[run] ?? (FUNCTIONS.has(name) && run.length > 1 ? name : undefined);
  const symbol = PLAIN_SYMBOLS[run.toLowerCase()];
  const glued = GLUED_FUNCTION.exec(run);
  if (command !== undefined) s.push("command", command);
  else if (symbol !== undefined) s.push("symbol", symbol);
  else if (GREEK.has(run) && run.length > 2) s.push("command", run);
  else if (glued) {
    s.push("command", glued[1] as string);
    s.push("letter", glued[2] as string);
  } else return false;
  return true;
}

/** The words in `\text{…}` and its kin; what is mathematics in there goes to `rescan`. */
export function scanTextCommand(s: Scanner, command: string, rescan: (text: string) => void): void {
  const inside = s.braced();
  if (inside === null) return s.space();
  const words = inside
    .replace(/\\[ ,;:!]|~/g, " ")
    .replaceAll("$", "")
    .trim();
  if (words === "") return s.space();
  const upright = command === "mathrm" || command === "operatorname";
  const joined = /^[,;\s]*(\p{L}+)[,;\s]*$/u.exec(words)?.[1];
  if (joined !== undefined && !upright && AND.test(joined)) return s.push("symbol", "and");
  if (joined !== undefined && !upright && OR.test(joined)) return s.push("symbol", "or");
  const modulus = /^(\()?\s*mod\.?$/i.exec(words);
  if (modulus) {
    if (modulus[1]) s.push("symbol", "(");
    return s.push("command", "mod");
  }
  // `\text{Answer: }` says what follows.
  if (s.tokens.length === 0 && /(?::|=|\b(?:is|are|equals?))$/i.test(words) && words.length < 60)
    return s.space();
  if (/^(?:%|percent|percentage|pct)$/i.test(words.replace("\\", ""))) return s.push("symbol", "%");
  if (/^[\d\s.,;:+\-*/()^%\\]+(?:(?:and|or)[\d\s.,;:+\-*/()^%\\]+){0,9}$/.test(words)) return rescan(words);
  const measured = /^(-?[\d.,]+)\s+(\p{L}[\p{L} ]*)$/u.exec(words);
  if (measured) {
    rescan(measured[1] as string);
    return s.push("text", measured[2] as string);
  }
  if (upright) return scanUpright(s, words, rescan);
  s.push("text", words);
}

/** `\mathrm{e}` is the constant, `5\,\mathrm{m}` a unit, `\mathrm{lcm}` a function, `\mathrm{cm}` a word. */
function scanUpright(s: Scanner, words: string, rescan: (text: string) => void): void {
  const name = FUNCTION_ALIASES[words] ?? words;
  if (FUNCTIONS.has(name)) return s.push("command", name);
  const symbols = words.match(/[A-Za-z]+/g) ?? [];
  const isUnit = s.last?.type === "number" && /[/^]/.test(words) && symbols.every(isUnitSymbol);
  if (isUnit) return s.push("text", words.replace(/[{}^]/g, ""));
  if (/^[A-Za-z]$/.test(words)) {
    const isSymbol = s.last?.type === "number" && !/[eidE]/.test(words);
    return s.push(isSymbol ? "text" : "letter", words);
  }
  if (/[\\{}^_=]/.test(words)) return rescan(words);
  s.push("text", words);
}
