import type { Fuel } from "./limits.ts";
import {
  CHARACTER_COMMANDS,
  CHARACTER_SYMBOLS,
  COMMAND_SYMBOLS,
  FRACTIONS,
  IGNORED_COMMANDS,
  isKnownCommand,
  MATRIX_ENVIRONMENTS,
  SUBSCRIPTS,
  SUPERSCRIPTS,
  TEXT_COMMANDS,
} from "./symbols.ts";
import { type Commas, Scanner, type Token } from "./token.ts";
import { scanNumber } from "./tokenize-number.ts";
import { scanLetters, scanTextCommand } from "./tokenize-words.ts";

const SPACE = /(?:\s|~|\u200b|\ufeff)+/y;
const ASCII_LETTERS = /[A-Za-z]+/y;
const OTHER_LETTERS = /(?:(?![A-Za-z])[\p{L}\p{M}])+/uy;
const COMMAND = /\\([A-Za-z]+)\*?/y;
const DEGREE = /\^\s*(?:\{\s*)?\\circ(?![A-Za-z])\s*\}?/y;
const TEMPERATURE =
  /(?:\^\s?(?:\{\s?)?\\circ\s?\}?|°)\s?(?:\\(?:text|mathrm)\s?\{\s?)?([CF])(?![A-Za-z])\s?\}?/y;
/** Digits and letters in base 16; in other bases letters are variables. */
const HEXADECIMAL = /(?=\d*[A-F])([\dA-F]{2,20})_(?:\{\s*16\s*\}|16(?!\d))/y;
const ENVIRONMENT = /\s*\{([a-zA-Z]+)\*?\}/y;
/** Their first braces hold a length, a colour, or what is not to be seen. */
const WITH_SETTING = new Set(["hspace", "vspace", "color", "textcolor", "phantom"]);
const CURRENCY = new Set(["$", "€", "£", "¥", "₹", "\ufffd"]);

/** The tokens of an answer in LaTeX, or in the notation people type. */
export function tokenize(text: string, fuel: Fuel, commas: Commas = "thousands"): Token[] {
  const s = new Scanner(text, commas);
  while (s.at < text.length) {
    fuel.spend(2);
    scan(s);
  }
  s.push("eof", "");
  return s.tokens;
}

function scan(s: Scanner): void {
  if (s.match(SPACE)) return s.space();
  const hex = s.match(HEXADECIMAL);
  if (hex) return pushHexadecimal(s, hex[1] as string);
  const c = s.text[s.at] as string;
  if ((c >= "0" && c <= "9") || (c === "." && isDigit(s.text[s.at + 1]))) return scanNumber(s);
  if (c === "\\") return scanCommand(s);
  if (s.last?.type === "number" && (c === "^" || c === "°")) {
    const scale = s.match(TEMPERATURE)?.[1];
    if (scale) return s.push("text", scale === "C" ? "celsius" : "fahrenheit");
  }
  if (c === "^" && s.match(DEGREE)) return s.push("symbol", "°");
  const letters = s.match(ASCII_LETTERS);
  if (letters) return scanLetters(s, letters[0]);
  scanCharacter(s, c);
}

function pushHexadecimal(s: Scanner, digits: string): void {
  s.push("number", digits);
  s.push("symbol", "_");
  s.push("number", "16");
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= "0" && c <= "9";

function scanCharacter(s: Scanner, c: string): void {
  const character = String.fromCodePoint(s.text.codePointAt(s.at) as number);
  const command = CHARACTER_COMMANDS[character];
  const fraction = FRACTIONS[c];
  if (command === undefined && CHARACTER_SYMBOLS[c] === undefined && c !== "ⁿ") {
    const word = s.match(OTHER_LETTERS);
    if (word) return scanLetters(s, word[0]);
  }
  s.at += character.length;
  if (command !== undefined) return s.push("command", command);
  if (fraction) return pushFraction(s, fraction);
  if (SUPERSCRIPTS.includes(c) || c === "⁻" || c === "ⁿ") return pushExponent(s, c);
  if (SUBSCRIPTS.includes(c)) return pushScript(s, "_", SUBSCRIPTS, c);
  if (CURRENCY.has(c) || c === '"' || c === "`") return s.space();
  pushSymbol(s, CHARACTER_SYMBOLS[c] ?? character);
}

function pushFraction(s: Scanner, [over, under]: readonly [string, string]): void {
  for (const [type, text] of [
    ["command", "frac"],
    ["symbol", "{"],
    ["number", over],
    ["symbol", "}"],
    ["symbol", "{"],
    ["number", under],
    ["symbol", "}"],
  ] as const)
    s.push(type, text);
}

/** `x²`, `10⁻³`, `2ⁿ`. */
function pushExponent(s: Scanner, first: string): void {
  if (first !== "⁻" && first !== "ⁿ") return pushScript(s, "^", SUPERSCRIPTS, first);
  s.push("symbol", "^");
  if (first === "ⁿ") return s.push("letter", "n");
  s.push("symbol", "-");
  let digits = "";
  for (; SUPERSCRIPTS.includes(s.text[s.at] ?? " "); s.at++)
    digits += SUPERSCRIPTS.indexOf(s.text[s.at] as string);
  s.push("number", digits === "" ? "1" : digits);
}

function pushScript(s: Scanner, mark: string, digits: string, first: string): void {
  let value = String(digits.indexOf(first));
  for (; digits.includes(s.text[s.at] ?? " "); s.at++) value += digits.indexOf(s.text[s.at] as string);
  s.push("symbol", mark);
  s.push("number", value);
}

/** Symbols of two characters become one; brackets are counted. */
function pushSymbol(s: Scanner, symbol: string): void {
  const next = s.text[s.at];
  const pair = symbol + (next ?? "");
  const spaced = s.text[s.at - 2] === " ";
  if (pair === "<=" || pair === ">=" || pair === "==" || (pair === "!=" && spaced)) {
    s.at++;
    return s.push("symbol", { "<": "≤", ">": "≥", "=": "=", "!": "≠" }[symbol] as string);
  }
  if (pair === "**") {
    s.at++;
    return s.push("symbol", "^");
  }
  if (symbol === "." && next === ".") {
    s.match(/\.+/y);
    return s.push("text", "…");
  }
  if (symbol === "&" && !inTable(s)) return s.space();
  countBracket(s, symbol);
  if (symbol === "…") return s.push("text", symbol);
  s.push("symbol", symbol);
}

function countBracket(s: Scanner, symbol: string): void {
  const turns = (symbol === "]" && s.depth === 0) || (symbol === "[" && s.isTurned);
  if (turns) s.isTurned = !s.isTurned;
  const opens = ["(", "[", "\\{"].includes(symbol);
  if (opens !== turns) s.depth++;
  else if (turns || [")", "]", "\\}"].includes(symbol)) s.depth--;
}

const isTable = (environment: string): boolean =>
  MATRIX_ENVIRONMENTS.has(environment) || environment === "cases";
const inTable = (s: Scanner): boolean => isTable(s.environments.at(-1) ?? "");

function scanCommand(s: Scanner): void {
  const named = s.match(COMMAND);
  if (!named) return scanEscape(s);
  let name = named[1] as string;
  if (name === "begin" || name === "end") return scanEnvironment(s, name);
  if (name === "not") return scanNegated(s);
  if (!isKnownCommand(name)) name = splitCommand(s, name);
  if (name === "left" || name === "right") s.match(/\s*\.(?!\d)/y);
  if (WITH_SETTING.has(name)) s.braced();
  if (IGNORED_COMMANDS.has(name)) return s.space();
  if (TEXT_COMMANDS.has(name)) return scanTextCommand(s, name, (text) => rescan(s, text));
  const symbol = COMMAND_SYMBOLS[name];
  if (symbol !== undefined) return pushSymbol(s, symbol);
  s.push("command", name);
}

/** `\quadx`, `\pir`: a command that swallowed the letters behind it. */
function splitCommand(s: Scanner, name: string): string {
  for (let n = name.length - 1; n >= 2; n--) {
    if (!isKnownCommand(name.slice(0, n)) || name.length - n > 1) continue;
    s.at -= name.length - n;
    return name.slice(0, n);
  }
  return name;
}

function scanEscape(s: Scanner): void {
  const c = s.text[s.at + 1] ?? "";
  s.at += 2;
  if (c === "\\") return inTable(s) ? s.push("symbol", "\\\\") : s.push("symbol", ",");
  if (c === "{" || c === "}") return pushSymbol(s, `\\${c}`);
  if (c === "|") return s.push("symbol", "‖");
  if (c === "%") return s.push("symbol", "%");
  s.space();
}

function scanNegated(s: Scanner): void {
  if (s.match(/\s*(?:=|\\equiv)/y)) return s.push("symbol", "≠");
  s.push("command", "not");
}

function scanEnvironment(s: Scanner, which: "begin" | "end"): void {
  const name = s.match(ENVIRONMENT)?.[1] ?? "";
  const inner = s.environments.at(-1);
  if (which === "end") s.environments.pop();
  else s.environments.push(CASES.test(name) ? (hasColumns(s) ? "cases" : "system") : name);
  const kept = which === "end" ? inner : s.environments.at(-1);
  if (kept === undefined || !isTable(kept)) return s.space();
  if (which === "begin" && name === "array") s.braced();
  s.push(which, kept);
}

const CASES = /^[dr]?cases$/;

/** Whether the cases from here on have conditions; without them they are a list, a system of equations. */
function hasColumns(s: Scanner): boolean {
  const end = s.text.indexOf("\\end", s.at);
  return /(?<!\\)&/.test(s.text.slice(s.at, end < 0 ? undefined : end));
}

/** Reads words that turned out to be mathematics, in place. */
function rescan(s: Scanner, text: string): void {
  const inner = new Scanner(text, s.commas);
  while (inner.at < text.length) scan(inner);
  for (const token of inner.tokens) s.push(token.type, token.text);
}
