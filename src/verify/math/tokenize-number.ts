import type { Scanner } from "./token.ts";

const RUN = /\d+(?:,\d+)*/y;
const SAFE_GROUP = /\s{0,2}(?:\{\s{0,2},\s{0,2}\}|,\s?\\!)\s{0,2}(\d{3})(?!\d)/y;
const SPACE_GROUP = /(?: |\\ |\\,|\\;|~|\u00a0|\u202f|\u2009)(\d{3})(?!\d)/y;
const FRACTION = /\.\d+/y;
const EXPONENT = /[eE]([+-]?)(\d{1,4})(?![\d.])/y;
/** `1.234,56`, `1.234.567`: points between the thousands. */
const POINT_GROUPS = /\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})(?![\d.,])/y;
const GROUPED = /^\d{1,3}(?:,\d{3})+$/;

/** Reads the number that begins here: thousands separators, decimals, an exponent. */
export function scanNumber(s: Scanner): void {
  const grouped = s.depth <= 0 ? s.match(POINT_GROUPS) : null;
  if (grouped) return s.push("number", grouped[0].replaceAll(".", "").replace(",", "."));
  let digits = s.text[s.at] === "." ? "0" : scanInteger(s);
  const fraction = s.match(FRACTION);
  if (fraction) digits += fraction[0];
  s.push("number", digits + scanExponent(s, digits));
}

function scanInteger(s: Scanner): string {
  const start = s.at;
  const run = (s.match(RUN) as RegExpExecArray)[0];
  let digits = run.slice(0, run.includes(",") ? run.indexOf(",") : undefined);
  if (run.includes(",")) {
    if (isOneNumber(s, run)) return run.replaceAll(",", "");
    if (isDecimalComma(s, run)) return run.replace(",", ".");
    s.at = start + digits.length;
    return digits;
  }
  if (digits.length > 3 || s.last?.text === "_" || s.last?.text === "^") return digits;
  for (const group of [SAFE_GROUP, SPACE_GROUP])
    for (let found = s.match(group); found; found = s.match(group)) digits += found[1];
  return digits;
}

/**
 * `1,234` is one number, unless brackets make it a pair, `(1,234)`, or another reading is asked for. A group that
 * begins with zero gives a number away, as in `(1,000)`.
 */
function isOneNumber(s: Scanner, run: string): boolean {
  if (!GROUPED.test(run) || run.startsWith("0")) return false;
  return /,0/.test(run) || (s.depth <= 0 && s.commas === "thousands");
}

/** `2,74`; of `1,200` nobody knows but its writer, and most mean thousands. */
const isDecimalComma = (s: Scanner, run: string): boolean =>
  s.commas === "decimal" &&
  s.depth <= 0 &&
  /^\d+,\d+$/.test(run) &&
  (!GROUPED.test(run) || run.startsWith("0")) &&
  s.text[s.at] !== ".";

/** `1.5e10`, `2E3`. But `2e-5` with whole digits may well be 2e − 5 and is left alone. */
function scanExponent(s: Scanner, digits: string): string {
  const start = s.at;
  const found = s.match(EXPONENT);
  if (!found) return "";
  const [text, sign, power] = found as unknown as [string, string, string];
  if (sign === "-" && text.startsWith("e") && power.length < 2 && !digits.includes(".")) {
    s.at = start;
    return "";
  }
  return `e${sign}${power}`;
}
