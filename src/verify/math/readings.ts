import { NotMathematicsError } from "./cursor.ts";
import type { Expression } from "./expression.ts";
import type { Candidate } from "./extract/extract.ts";
import type { Fuel } from "./limits.ts";
import { parse } from "./parse.ts";
import type { Commas } from "./token.ts";
import { isUnitSymbol } from "./units.ts";

/** An answer and the ways to read it; more than one where commas may separate or group digits. */
export interface Reading {
  candidate: Candidate;
  /** The choice that the answer is labelled with: `(C) 12`. */
  label: string | undefined;
  /** Empty if it is nothing that we can read. */
  expressions: Expression[];
}

/** Reads a candidate in every way that it may be meant. */
export function readingOf(candidate: Candidate, fuel: Fuel): Reading {
  const labelled = LABELLED.exec(candidate.text);
  if (!labelled) return { candidate, label: undefined, expressions: waysToRead(candidate, fuel) };
  const label = (labelled[1] ?? labelled[2] ?? labelled[3]) as string;
  const value = waysToRead({ ...candidate, text: labelled[4] as string }, fuel);
  return { candidate, label, expressions: [{ kind: "text", text: label }, ...value] };
}

/** `\textbf{(C)}\ 12`, `(C) 12`, `C. 12`: a choice with its value. */
const LABELLED =
  /^\s*(?:\\(?:text|textbf|textrm|mathrm|mathbf)\s?\{\s?\(([A-J])\)[.:]?\s?\}|\(([A-J])\)(?=[\s\\~])|([A-J])[.)](?=\s))(?:\\[ ,;:!]|\\q?quad(?![a-z])|[~:.\s]){0,9}(?=[^\s~])([\s\S]+)$/;

function waysToRead({ text, place }: Candidate, fuel: Fuel): Expression[] {
  const ways: Commas[] = /\d,\d/.test(text) ? ["thousands", "separate", "decimal"] : ["thousands"];
  const read = ways.map((commas) => tryParse(text, fuel, commas));
  if (place !== "formula") read.push(withUnitLetter(text, fuel), withExponents(text, fuel));
  const expressions: Expression[] = [];
  const seen = new Set<string>();
  for (const expression of read) {
    const key = JSON.stringify(expression, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    if (!expression || seen.has(key)) continue;
    seen.add(key);
    expressions.push(expression);
  }
  return expressions;
}

const UNIT_LETTER = /^([-−+]?[\d.,/ ]*\d) ([A-Za-z])((?:\^?[23²³])?)\.?$/;

/** `500 g` outside of a formula: grams rather than 500 times g. */
function withUnitLetter(text: string, fuel: Fuel): Expression | undefined {
  const [, value, letter, power] = UNIT_LETTER.exec(text) ?? [];
  if (!value || !letter || !isUnitSymbol(letter)) return undefined;
  return tryParse(`${value}\\text{ ${letter}${power}}`, fuel, "thousands");
}

/** `5e-2` as people and programs print it; in LaTeX it would be a product with Euler's number. */
function withExponents(text: string, fuel: Fuel): Expression | undefined {
  if (text.includes("\\") || !/\de-\d/.test(text)) return undefined;
  return tryParse(text.replace(/(?<![\d.])(\d+)e(?=-\d)/g, "$1.0e"), fuel, "thousands");
}

function tryParse(text: string, fuel: Fuel, commas: Commas): Expression | undefined {
  try {
    return parse(text, fuel, commas);
  } catch (error) {
    if (error instanceof NotMathematicsError) return undefined;
    throw error;
  }
}
