import { right, type Score, unscored, wrong } from "../score.ts";
import { compare } from "./compare.ts";
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

/** Without spacing and what only changes the looks. */
const squeezed = (text: string): string =>
  text
    .replace(/\s+|\\[ ,;:!]|\\(?:left|right|displaystyle)(?![A-Za-z])|\$/g, "")
    .replace(/\\[dt]frac/g, "\\frac");

/** The first candidate that can be read; as text, if none is mathematics. */
export function readAnswer(text: string, fuel: Fuel, sources?: MathOptions["sources"]): Reading | undefined {
  let fallback: Candidate | undefined;
  for (const candidate of candidates(text, sources)) {
    if (candidate.text === "" || candidate.text.length > LIMITS.answerChars) continue;
    const expressions = readings(candidate.text, fuel);
    if (expressions.length > 0) return { candidate, expressions };
    if (fallback === undefined || candidate.place === "box") fallback ??= candidate;
  }
  return fallback && { candidate: fallback, expressions: [{ kind: "text", text: fallback.text }] };
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
