import type { Span } from "./formulas.ts";

const SUBSCRIPT = "(?:_(?:\\{\\w{1,3}\\}|[A-Za-z\\d](?![A-Za-z\\d])))?";
/**
 * Pieces of a formula in running text: letters stand alone or behind a digit, names of functions are known. No text
 * can be cut into pieces in two ways, so that matching is linear.
 */
const PIECE =
  `(?:\\d+(?:[.,]\\d+)*(?!\\d)[A-Za-z]{0,2}(?![A-Za-z])${SUBSCRIPT}` +
  `|(?<![A-Za-z\\d])[A-Za-z](?![A-Za-z])${SUBSCRIPT}` +
  "|(?<![A-Za-z])(?:sqrt|cbrt|pi|log|ln|exp|sin|cos|tan)(?![A-Za-z])" +
  "|[-+*/^=()|!<>'−·×√∛π∞²³⁰¹⁴-⁹⁻ⁿ≤≥≠≈{}%°])";
const WORD = new RegExp(`^${PIECE}{1,60}$`);
const MAX_WORD = 60;

const OPERATION = /[-+*/^=<>≤≥≠√∛π²³⁰¹⁴-⁹ⁿ−·×]|sqrt|cbrt|pi|\d[a-z]|[a-z]\d|log|ln|sin|cos|tan/;
const VARIABLE = /[√∛π∞^²³⁰¹⁴-⁹ⁿA-Za-z]/;
const ARITHMETIC = /^[-+*/^()\d.,\s%!≈−·×√∛²³⁰¹⁴-⁹⁻]*$/;
/** `48 m^2`, `9.8 m/s²`: a number with its unit. */
const MEASURE = /^[-−+]?[\d.,]+\s?(?!pi)[a-z]{1,2}(?:\^?[23²³])?(?:\s?\/\s?[a-z]{1,2}(?:\^?[23²³])?)?$/;

/**
 * Formulas that stand in running text without marks around them: `y = 2x + 1`, `2√3`, `x > 3`. Plain arithmetic, and
 * an equation that ends in a number, are left to the search for numbers.
 */
export function plainFormulas(text: string): Span[] {
  const spans: Span[] = [];
  let start = -1;
  let end = -1;
  const close = () => {
    if (start >= 0) keep(text, start, end, spans);
    start = -1;
  };
  for (const found of text.matchAll(/\S+/g)) {
    const word = found[0].replace(/[.,;:!?]+$/, "");
    const isMath = word.length <= MAX_WORD && WORD.test(word) && !/^[aI]$/.test(word);
    if (!isMath) {
      close();
      continue;
    }
    if (start < 0) start = found.index;
    end = found.index + word.length;
    if (word !== found[0]) close();
  }
  close();
  return spans;
}

function keep(text: string, start: number, end: number, spans: Span[]): void {
  const inside = text.slice(start, end);
  if (!/[\dπ∞]/.test(inside) || !OPERATION.test(inside) || MEASURE.test(inside)) return;
  const [value, isEquation] = lastSide(inside);
  const plain = value.replace(/(?<=\d)\s?x\s?(?=\d)/g, "*");
  // Arithmetic without its result is a formula where a number alone would be wrong.
  if (ARITHMETIC.test(plain) ? isEquation || !/[√∛^²³⁰¹⁴-⁹]/.test(plain) : !VARIABLE.test(plain)) return;
  if (isEquation && MEASURE.test(value.trim())) return;
  spans.push({ start, end, inside });
}

/** What follows the last equals sign, if there is no other relation. */
function lastSide(inside: string): [value: string, isEquation: boolean] {
  if (/[<>≤≥≠]/.test(inside)) return [inside, false];
  const at = inside.lastIndexOf("=");
  return [inside.slice(at + 1), at >= 0];
}
