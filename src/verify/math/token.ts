import { LIMITS, OutOfFuelError } from "./limits.ts";

export type Token = {
  type: "number" | "letter" | "word" | "command" | "text" | "symbol" | "begin" | "end" | "eof";
  text: string;
  /** Space stands before it. */
  spaced: boolean;
};

/** How commas between digits are read, where more than one reading makes sense. */
export type Commas = "thousands" | "separate" | "decimal";

/** The text being read, the place in it, and what has been read. */
export class Scanner {
  readonly text: string;
  readonly commas: Commas;
  readonly tokens: Token[] = [];
  at = 0;
  /** How many brackets are open: a comma inside them separates. */
  depth = 0;
  /** An interval that is open the other way round, `]0, 1[`, has begun. */
  isTurned = false;
  /** Environments that are open. */
  readonly environments: string[] = [];
  #spaced = false;

  constructor(text: string, commas: Commas) {
    this.text = text;
    this.commas = commas;
  }

  get last(): Token | undefined {
    return this.tokens.at(-1);
  }

  /** Matches a sticky pattern here and moves behind it. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  space(): void {
    this.#spaced = true;
  }

  push(type: Token["type"], text: string): void {
    if (this.tokens.length >= LIMITS.tokens) throw new OutOfFuelError(`over ${LIMITS.tokens} symbols`);
    this.tokens.push({ type, text, spaced: this.#spaced });
    this.#spaced = false;
  }

  /** What stands between the brace here and its partner; the place moves behind it. `null` without a brace. */
  braced(): string | null {
    this.match(/\s{0,9}/y);
    if (this.text[this.at] !== "{") return null;
    const end = closingBrace(this.text, this.at);
    const inside = this.text.slice(this.at + 1, end);
    this.at = Math.min(end + 1, this.text.length);
    return inside;
  }
}

/** Index of the brace that closes the one at `open`, or the length of the text. */
export function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 123) depth++;
    else if (c === 125 && --depth === 0) return i;
  }
  return text.length;
}
