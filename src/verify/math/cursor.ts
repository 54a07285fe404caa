import { PacoreError } from "../../errors.ts";
import type { Expression } from "./expression.ts";
import { type Fuel, LIMITS, OutOfFuelError } from "./limits.ts";
import type { Token } from "./token.ts";

/** The text is not mathematics that we can read. */
export class NotMathematicsError extends PacoreError {
  override name = "NotMathematicsError";
}

/** The rules that nested parts of the grammar come back to. */
export interface Grammar {
  list: (cursor: Cursor) => Expression;
  sum: (cursor: Cursor) => Expression;
}

const EOF: Token = { type: "eof", text: "", spaced: false };

/** A place in the tokens of one answer. */
export class Cursor {
  readonly tokens: Token[];
  readonly grammar: Grammar;
  readonly fuel: Fuel;
  at = 0;
  /** Letters that a sum or a product runs over: its i is no imaginary unit. */
  readonly bound: string[] = [];
  /** Bars that are open: the next one closes. */
  bars = 0;
  #depth = 0;

  constructor(tokens: Token[], grammar: Grammar, fuel: Fuel) {
    this.tokens = tokens;
    this.grammar = grammar;
    this.fuel = fuel;
  }

  get token(): Token {
    return this.tokens[this.at] ?? EOF;
  }

  peek(offset = 1): Token {
    return this.tokens[this.at + offset] ?? EOF;
  }

  next(): Token {
    this.fuel.spend(2);
    const token = this.token;
    this.at++;
    return token;
  }

  is(type: Token["type"], text?: string): boolean {
    return this.token.type === type && (text === undefined || this.token.text === text);
  }

  isSymbol(...texts: string[]): boolean {
    return this.token.type === "symbol" && texts.includes(this.token.text);
  }

  /** Takes one of these symbols if it is here. */
  accept(...texts: string[]): string | undefined {
    return this.isSymbol(...texts) ? this.next().text : undefined;
  }

  expect(...texts: string[]): string {
    return this.accept(...texts) ?? this.fail();
  }

  /** Makes the first digit of a number here a token of its own. */
  splitDigits(): void {
    const { type, text } = this.token;
    if (type !== "number" || !/^\d{2,}$/.test(text)) return;
    const first: Token = { ...this.token, text: text.slice(0, 1) };
    this.tokens.splice(this.at, 1, first, { type, text: text.slice(1), spaced: false });
  }

  fail(): never {
    const { text, type } = this.token;
    throw new NotMathematicsError(`${type === "eof" ? "The end" : `"${text}"`} was not expected here.`);
  }

  /** Runs a rule one level deeper. */
  nested<T>(rule: () => T): T {
    if (++this.#depth > LIMITS.depth) throw new OutOfFuelError("nested too deeply");
    const bars = this.bars;
    try {
      return rule();
    } finally {
      this.#depth--;
      this.bars = bars;
    }
  }

  /** Tries a rule; if it fails, the place is as it was. */
  attempt<T>(rule: () => T): T | undefined {
    const at = this.at;
    try {
      return rule();
    } catch (error) {
      if (!(error instanceof NotMathematicsError)) throw error;
      this.at = at;
      return undefined;
    }
  }
}
