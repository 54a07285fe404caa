import { right, type Score, unscored, wrong } from "../score.ts";
import { compare } from "./compare.ts";
import { canonicalText } from "./compare-text.ts";
import { NotMathematicsError } from "./cursor.ts";
import type { Expression } from "./expression.ts";
import { type Candidate, candidates } from "./extract/extract.ts";
import { Fuel, LIMITS, OutOfFuelError } from "./limits.ts";
import type { MathOptions } from "./options.ts";
import { parse } from "./parse.ts";
import type { Commas } from "./token.ts";

/** An answer and the ways to read it; more than one where commas may separate or group digits. */
export interface Reading {
  candidate: Candidate;
  /** Empty if it is nothing that we can read. */
  expressions: Expression[];
}

/**
 * Whether the final answers of two texts are mathematically equal. Exact where it can be, sampled where there are
 * variables, strict where unsure; at most about 50 ms for any input.
 * @returns 1 or 0; unscored if the gold answer cannot be read, or the comparison is too much work or undecided.
 */
export function scoreMath(prediction: string, gold: string, options: MathOptions = {}): Score {
  let answer: string | null = null;
  try {
    const fuel = new Fuel();
    const expected = readAnswer(gold, fuel);
    if (!expected) return unscored("The gold answer is empty or cannot be read.");
    if (isSameText(prediction, expected))
      return right(prediction.trim(), "The same words as the gold answer.");
    const found = readAnswer(prediction, fuel, options.sources);
    if (!found) return wrong(null, "No answer was found.");
    answer = found.candidate.text;
    return scoreReadings(found, expected, options, fuel);
  } catch (error) {
    if (error instanceof OutOfFuelError) return unscored(error.message, answer);
    if (error instanceof RangeError)
      return unscored(`The answer is too complex to check: ${error.message}.`, answer);
    throw error;
  }
}

function scoreReadings(found: Reading, expected: Reading, options: MathOptions, fuel: Fuel): Score {
  const answer = found.candidate.text;
  const where = `the ${found.candidate.place}`;
  if (squeezed(answer) === squeezed(expected.candidate.text))
    return right(answer, `From ${where}; written like the gold answer.`);
  if (expected.expressions.length === 0)
    return unscored(`The gold answer cannot be read: ${expected.candidate.text.slice(0, 100)}`, answer);
  if (found.expressions.length === 0)
    return wrong(answer, `From ${where}; it cannot be read as mathematics.`);
  const doubts: string[] = [];
  for (const gold of expected.expressions)
    for (const prediction of found.expressions) {
      const result = compare(gold, prediction, options, fuel);
      if (result.equal) return right(answer, `From ${where}; equal to ${expected.candidate.text}.`);
      doubts.push(...result.doubts);
    }
  if (doubts.length > 0) return unscored(`Cannot be decided: ${doubts[0]}.`, answer);
  return wrong(answer, `From ${where}; not equal to ${expected.candidate.text}.`);
}

/** Without what only changes the looks; spaces stay where they separate letters or digits. */
const squeezed = (text: string): string =>
  text
    .replace(/\\(?:text|textbf|textrm|mathrm|mbox)\s?\{([^{}]*)\}/g, "$1")
    .replace(/\\[ ,;:!]|\\(?:left|right|displaystyle)(?![A-Za-z])|[\s$]+/g, " ")
    .replace(/(?<![A-Za-z0-9]) +| +(?![A-Za-z0-9])/g, "")
    .replace(/\\[dt]frac/g, "\\frac");

/** A gold answer in words may be the whole of a prediction that only looks like mathematics: `June 6`. */
function isSameText(prediction: string, expected: Reading): boolean {
  const words = expected.expressions.find((expression) => expression.kind === "text");
  if (!words || prediction.length > 2 * words.text.length + 40) return false;
  return canonicalText(words.text) !== "" && canonicalText(prediction) === canonicalText(words.text);
}

/** The first candidate that can be read; if there is none, the surest that cannot. */
export function readAnswer(text: string, fuel: Fuel, sources?: MathOptions["sources"]): Reading | undefined {
  let fallback: Candidate | undefined;
  for (const candidate of candidates(text, sources)) {
    if (candidate.text === "" || candidate.text.length > LIMITS.answerChars) continue;
    const expressions = readings(candidate.text, fuel);
    if (expressions.length > 0) return { candidate, expressions };
    fallback ??= candidate;
    // It is the answer, and says more than a number that could be picked out of it: "5 or more".
    if (candidate.place === "box" || candidate.text.includes("\\text")) break;
  }
  return fallback && { candidate: fallback, expressions: [] };
}

/** `1,234` first as one number, then as two; `1,5` also as a decimal. */
function readings(text: string, fuel: Fuel): Expression[] {
  const ways: Commas[] = /\d,\d/.test(text) ? ["thousands", "separate", "decimal"] : ["thousands"];
  const expressions: Expression[] = [];
  const seen = new Set<string>();
  for (const commas of ways) {
    const expression = tryParse(text, fuel, commas);
    const key = JSON.stringify(expression, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    if (!expression || seen.has(key)) continue;
    seen.add(key);
    expressions.push(expression);
  }
  return expressions;
}

function tryParse(text: string, fuel: Fuel, commas: Commas): Expression | undefined {
  try {
    return parse(text, fuel, commas);
  } catch (error) {
    if (error instanceof NotMathematicsError) return undefined;
    throw error;
  }
}
