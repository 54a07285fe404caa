/** How an output is held against the gold one. */
export const CHECKERS = ["tokens", "lines", "floats", "integers"] as const;
export type CheckerName = (typeof CHECKERS)[number];

/** For floats: within either is equal. */
export interface Tolerance {
  absolute: number;
  relative: number;
}

export const DEFAULT_TOLERANCE: Tolerance = { absolute: 1e-6, relative: 1e-6 };

/**
 * Whether an output is as good as the gold one.
 *
 * - `lines`: the same lines, but for space at their ends and empty lines at the end.
 * - `tokens`: the same words, numbers by their exact value however long (`1.50` is `1.5`, `007` is `7`).
 * - `integers`: the same whole numbers, of any size; anything else in the output is wrong.
 * - `floats`: words as in `tokens`, or numbers within a tolerance; two whole numbers must be equal.
 */
export function sameOutput(
  checker: CheckerName,
  output: string,
  { gold, tolerance = DEFAULT_TOLERANCE }: { gold: string; tolerance?: Tolerance | undefined },
): boolean {
  if (checker === "lines") return sameInTurn(linesOf(output), linesOf(gold), (a, b) => a === b);
  const same =
    checker === "floats"
      ? (a: string, b: string) => near(a, b, tolerance)
      : checker === "integers"
        ? (a: string, b: string) => INTEGER.test(a) && INTEGER.test(b) && sameWord(a, b)
        : sameWord;
  return sameInTurn(wordsOf(output), wordsOf(gold), same);
}

/** Ends with the first difference: an output may be a hundred thousand times as long as it should be. */
function sameInTurn(
  given: Iterator<string>,
  wanted: Iterator<string>,
  same: (a: string, b: string) => boolean,
): boolean {
  for (;;) {
    const [a, b] = [given.next(), wanted.next()];
    if (a.done || b.done) return a.done === b.done;
    if (!same(a.value, b.value)) return false;
  }
}

/** Without the space at their ends; a pattern for it would take the square of a long run of blanks. */
function* linesOf(text: string): Generator<string, void, undefined> {
  const all = text.trimEnd();
  for (let at = 0; at <= all.length; ) {
    const end = all.indexOf("\n", at);
    const to = end === -1 ? all.length : end;
    yield all.slice(at, to).trimEnd();
    at = to + 1;
  }
}

function* wordsOf(text: string): Generator<string, void, undefined> {
  for (const [word] of text.matchAll(/\S+/g)) yield word;
}

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d{1,9}))?$/i;

const sameWord = (a: string, b: string): boolean => {
  if (a === b) return true;
  const [x, y] = [canonical(a), canonical(b)];
  return x !== null && x === y;
};

/** One text for all ways to write a decimal number; by its digits, since a double would lose the last of 2^63. */
function canonical(word: string): string | null {
  const parts = NUMBER.exec(word);
  if (!parts) return null;
  const [, sign = "", mantissa = "", exponent = "0"] = parts;
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  const first = digits.search(/[1-9]/);
  if (first === -1) return "0";
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  // The value is 0.DIGITS × 10^power.
  const power = Number(exponent) + whole.length - first;
  return `${sign === "-" ? "-" : ""}${digits.slice(first, end)}e${power}`;
}

function near(a: string, b: string, { absolute, relative }: Tolerance): boolean {
  if (sameWord(a, b)) return true;
  if (!NUMBER.test(a) || !NUMBER.test(b) || (INTEGER.test(a) && INTEGER.test(b))) return false;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= Math.max(absolute, relative * Math.abs(y));
}

/** A digit may be written as a float of 25 characters, and space may stand around it. No output is read beyond that. */
const MOST_CHARACTERS = 64;

/** Whether two JSON texts say the same: numbers by exact value, floats also within the tolerance. */
export function sameJson(output: string, gold: string, tolerance: Tolerance = DEFAULT_TOLERANCE): boolean {
  if (output.length > MOST_CHARACTERS * (gold.length + MOST_CHARACTERS)) return false;
  return sameValue(parseExactly(output), parseExactly(gold), tolerance);
}

/** A number as it was written. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

function parseExactly(text: string): unknown {
  const keep: Reviver = (_, value, { source }) =>
    typeof value === "number" ? new Digits(source ?? String(value)) : value;
  try {
    return JSON.parse(text, keep as (key: string, value: unknown) => unknown);
  } catch {
    // Words that are no JSON are equal only to themselves.
    return { noJson: text.trim() };
  }
}

function sameValue(a: unknown, b: unknown, tolerance: Tolerance): boolean {
  if (a instanceof Digits && b instanceof Digits) return near(a.text, b.text, tolerance);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b) || a instanceof Digits || b instanceof Digits) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length &&
    keys.every((key) => Object.hasOwn(y, key) && sameValue(x[key], y[key], tolerance))
  );
}
