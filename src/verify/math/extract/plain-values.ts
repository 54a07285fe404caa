import { blanked, type Span } from "./formulas.ts";
import { numbers } from "./numbers.ts";
import { plainFormulas } from "./plain-formulas.ts";

const ITEM = "[-+−]?(?:[\\d\\s./√π∞^*°%+−-]|sqrt\\(\\d{1,9}\\)|pi|inf(?:inity|ty)?){1,40}";
const BRACKET = `(?:[([]|\\\\?\\{)${ITEM}(?:[,;]${ITEM}){1,30}(?:[)\\]]|\\\\?\\})`;
/** Pairs, intervals and sets in running text, and unions of them. */
const BRACKETS = new RegExp(
  `(?<![\\w)\\]}\\\\])${BRACKET}(?:\\s{0,3}(?:∪|U|\\\\cup)\\s{0,3}${BRACKET}){0,10}`,
  "g",
);

/** Numbers, formulas, pairs, intervals and sets that stand in running text without marks, left to right. */
export function plainValues(text: string): Span[] {
  const groups: Span[] = [];
  for (const found of text.matchAll(BRACKETS))
    groups.push({ start: found.index, end: found.index + found[0].length, inside: found[0] });
  const rest = blanked(text, groups);
  const formulas = plainFormulas(rest);
  return [...numbers(blanked(rest, formulas)), ...formulas, ...groups].sort((a, b) => a.start - b.start);
}
