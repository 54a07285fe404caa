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

/** `3:2`, `9:40 pm`. */
const RATIO =
  /(?<![\w.:/])\d{1,9}(?:\.\d{1,9})?(?:(?::|\s:\s)\d{1,9}(?:\.\d{1,9})?){1,3}(?:\s?[ap]\.?m\b\.?)?(?![\w:])/gi;
/** What is said of a remainder, `42 (mod 100)`, is no value. */
const MODULUS = /\(\s?mod\s\d{1,9}\s?\)/g;
/** "The ratio is 3 to 2." */
const SPOKEN_RATIO =
  /\bratio\b[^.\n]{0,80}?(?<![\d.])(\d{1,9}(?:\.\d{1,9})?) to (\d{1,9}(?:\.\d{1,9})?)(?![\d.]\d)/gi;

/** Numbers, formulas, pairs, intervals and sets that stand in running text without marks, left to right. */
export function plainValues(given: string): Span[] {
  const text = given.replace(MODULUS, (modulus) => " ".repeat(modulus.length));
  const groups: Span[] = [];
  for (const found of text.matchAll(BRACKETS))
    groups.push({ start: found.index, end: found.index + found[0].length, inside: found[0] });
  const ratios = ratiosIn(blanked(text, groups));
  const rest = blanked(text, [...groups, ...ratios].sort(byStart));
  const formulas = plainFormulas(rest);
  return [...numbers(blanked(rest, formulas)), ...formulas, ...ratios, ...groups].sort(byStart);
}

const byStart = (a: Span, b: Span): number => a.start - b.start;

function ratiosIn(text: string): Span[] {
  const ratios: Span[] = [];
  for (const found of text.matchAll(RATIO))
    ratios.push({ start: found.index, end: found.index + found[0].length, inside: found[0] });
  if (ratios.length > 0) return ratios;
  for (const found of text.matchAll(SPOKEN_RATIO)) {
    const end = found.index + found[0].length;
    const inside = `${found[1]}:${found[2]}`;
    ratios.push({ start: end - inside.length - 3, end, inside });
  }
  return ratios;
}
