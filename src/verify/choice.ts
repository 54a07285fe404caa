import { extractBoxed } from "./math/extract/boxes.ts";
import { right, type Score, unscored, type Verifier, wrong } from "./score.ts";

/** Letters that name choices: Latin, and the first ones of other scripts. */
const LETTER = "[A-Ja-jА-Иа-иΑ-Ια-ιأبجدهوकखगघกขคง甲乙丙丁ア-オ가-마]";
const CAPITAL = "[A-JА-ИΑ-Ιأبجدهوकखगघกขคง甲乙丙丁ア-オ가-마]";
/** A Latin letter may be followed by a word of another script: `Dです`. */
const END =
  "(?:(?<=[A-Za-z])(?![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{N}'’])|(?<![A-Za-z])(?![\\p{L}\\p{N}'’]))";

const ANNOUNCED = new RegExp(
  "(?:answer|option|choice|correct|答案|选项|选择|故选|应选|选|réponse|respuesta|resposta|risposta|antwort|ответ|الإجابة|정답|답|答え|正解)" +
    `(?:\\s+(?:is|are|should be|must be|would be|est|es|é|è|ist|lautet|to this question is)|\\s*(?:是|为|は|은|는|：|:|=))?` +
    `[\\s:：*_"'$\\\\{]*(?:option|choice|text\\{|textbf\\{)?[\\s*_"'$\\\\{]*[([（]?(${LETTER})[)\\]）]?${END}`,
  "giu",
);
const AT_START = new RegExp(
  `^[\\s*_"'$\\\\{]*(?:[([（](${LETTER})[)\\]）]|(${LETTER})[\\s*_"'$}.]*$|(${CAPITAL})(?=[.):,\\s*_"'$}])` +
    `(?!,?\\s*(?:and|or|&|,)?\\s*${CAPITAL}${END}))`,
  "u",
);
const LONE_LINE = new RegExp(`^[\\s*_$]*[([（]?(${CAPITAL})[)\\]）.:]?[\\s*_$]*$`, "gmu");
const IN_BRACKETS = new RegExp(`[([（](${CAPITAL})[)\\]）]`, "gu");
const LINE_LABEL = new RegExp(`^[\\s*_]*(${CAPITAL})[.):]`, "gmu");
const STANDALONE = new RegExp(`(?<![\\p{L}\\p{N}'’])(${CAPITAL})${END}`, "gu");

const MAX_CHARS = 50_000;

/**
 * The letter a message chooses: in its last box, announced ("the answer is C"), at its beginning ("C. because …"),
 * alone on a line, in brackets, or else the last that stands by itself.
 */
export function extractChoice(message: string): string | undefined {
  const text = message.slice(-MAX_CHARS);
  const boxed = extractBoxed(text);
  const inBox = boxed === undefined ? undefined : atStart(boxed.replace(/\\text(?:bf)?\s*\{/g, ""));
  const letter =
    inBox ??
    lastOf(text, ANNOUNCED, isArticle) ??
    atStart(text) ??
    lastOf(text, LONE_LINE) ??
    lastOf(text, IN_BRACKETS) ??
    lastOf(text, LINE_LABEL) ??
    lastOf(text, STANDALONE, isArticle);
  return letter?.toUpperCase();
}

function atStart(text: string): string | undefined {
  const found = AT_START.exec(text);
  const letter = found?.[3] ?? "";
  if (!found || isArticle(text, found[0].length, letter) || isJudged(text, found[0].length, letter))
    return undefined;
  return found[1] ?? found[2] ?? found[3];
}

function lastOf(
  text: string,
  pattern: RegExp,
  isNot: (text: string, end: number, letter: string) => boolean = () => false,
): string | undefined {
  let last: string | undefined;
  for (const found of text.matchAll(pattern))
    if (!isNot(text, found.index + found[0].length, found[1] as string)) last = found[1];
  return last;
}

/** "A triangle", "answer a question", "I think": words of the language, not choices. */
function isArticle(text: string, end: number, letter: string): boolean {
  if (!/^[AI]$/i.test(letter) || !/^ \p{Ll}/u.test(text.slice(end, end + 2))) return false;
  if (letter !== "A") return true;
  // A capital A within a sentence is no article, nor is one that a reason follows.
  const isWithin = /[\p{Ll},] $/u.test(text.slice(0, end - 1).slice(-2));
  return !isWithin && !/^ (?:because|since|as|is|was|and|or|due)\b/.test(text.slice(end, end + 9));
}

/** "A is wrong" at the beginning says nothing yet. */
const isJudged = (text: string, end: number, letter: string): boolean =>
  letter !== "" &&
  /^ (?:is|was)\b(?! (?:the )?(?:correct|right|best|answer))/.test(text.slice(end, end + 20));

/** Whether two texts choose the same letter. */
export function scoreChoice(prediction: string, gold: string): Score {
  const expected = extractChoice(gold);
  if (expected === undefined) return unscored("The gold answer names no choice.");
  const found = extractChoice(prediction);
  if (found === undefined) return wrong(null, "No choice was found.");
  return found === expected
    ? right(found, "The same choice.")
    : wrong(found, `The choice should be ${expected}.`);
}

export const choiceVerifier: Verifier = {
  name: "choice",
  score: scoreChoice,
  normalForm: (message) => extractChoice(message) ?? "",
};
