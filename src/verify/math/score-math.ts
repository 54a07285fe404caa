import { right, type Score, unscored, wrong } from "../score.ts";
import { compare } from "./compare.ts";
import { canonicalText } from "./compare-text.ts";
import { type Candidate, candidates } from "./extract/extract.ts";
import { Fuel, LIMITS, OutOfFuelError } from "./limits.ts";
import type { MathOptions } from "./options.ts";
import { type Reading, readingOf } from "./readings.ts";

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
    if (isSameText(gold, found)) return right(answer, "The same words as the gold answer.");
    if (namesAnother(gold, prediction)) return wrong(answer, "Another name stands before the number.");
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
  if (found.label !== undefined && expected.label !== undefined)
    return found.label === expected.label
      ? right(answer, `From ${where}; the same choice.`)
      : wrong(answer, `From ${where}; the choice should be ${expected.label}.`);
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

/** An answer in words may be the whole of the other text, though that only looks like mathematics: `June 6`. */
function isSameText(whole: string, reading: Reading): boolean {
  const words = reading.expressions.find((expression) => expression.kind === "text");
  if (!words || whole.length > 2 * words.text.length + 40) return false;
  return canonicalText(words.text) !== "" && canonicalText(whole) === canonicalText(words.text);
}

/** `March 14` and `April 14`, nothing else: the number alone does not make them equal. */
function namesAnother(gold: string, prediction: string): boolean {
  const [a, b] = [gold, prediction].map(
    (text) => /^\s*(\p{L}{3,20})\.?\s{1,3}\d{1,20}\s*\.?\s*$/u.exec(text)?.[1],
  );
  return a !== undefined && b !== undefined && canonicalText(a) !== canonicalText(b);
}

/** The first candidate that can be read; if there is none, the surest that cannot. */
export function readAnswer(text: string, fuel: Fuel, sources?: MathOptions["sources"]): Reading | undefined {
  let fallback: Candidate | undefined;
  for (const candidate of candidates(text, sources)) {
    if (candidate.text === "" || candidate.text.length > LIMITS.answerChars) continue;
    for (const part of partsOf(candidate)) {
      const reading = readingOf(part, fuel);
      if (reading.expressions.length > 0) return reading;
    }
    fallback ??= candidate;
    // It is the answer, and says more than a number that could be picked out of it: "5 or more".
    if (candidate.place === "box" || /\\[A-Za-z]/.test(candidate.text)) break;
  }
  return fallback && { candidate: fallback, label: undefined, expressions: [] };
}

/** The candidate; and if that cannot be read, what its last equals sign leads to: `\int_0^1 x\,dx = \frac{1}{2}`. */
function* partsOf(candidate: Candidate): Generator<Candidate> {
  yield candidate;
  const at = candidate.text.lastIndexOf("=");
  const before = candidate.text.slice(0, Math.max(at, 0));
  const value = candidate.text.slice(at + 1).trim();
  // Of several equations the last is not the answer.
  if (at >= 0 && value !== "" && !/[<>!:]$|[,;]|\\text|\b(?:and|or)\b/.test(before))
    yield { ...candidate, text: value };
}
