import { LIMITS } from "../limits.ts";
import { isKnownCommand } from "../symbols.ts";
import { isUnitWord } from "../units.ts";
import { answerSentence, concludingSentence } from "./anchors.ts";
import { extractBoxed, percentAfter } from "./boxes.ts";
import { conclusion } from "./conclusion.ts";
import { blanked, formulas, type Span } from "./formulas.ts";
import { plainValues } from "./plain-values.ts";

export type Source = "latex" | "plain";

/** A string that may be the answer. */
export interface Candidate {
  text: string;
  /** Where it stood: for explanations. */
  place: "box" | "answer sentence" | "formula" | "whole text" | "last number";
}

const WHOLE_CHARS = 400;
/** How far from the end the last number of a text is looked for. */
const NUMBER_CHARS = 20_000;

/**
 * The places of a text where its answer may stand, the surest first: the last box, the sentence that announces the
 * answer, the last formula, the whole text if it is nothing but an answer, the last number.
 */
export function* candidates(
  message: string,
  sources: readonly Source[] = ["latex", "plain"],
): Generator<Candidate> {
  const text = conclusion(message);
  const plain = sources.includes("plain");
  const latex = sources.includes("latex");
  const boxed = latex ? extractBoxed(text) : undefined;
  if (boxed !== undefined) yield candidate(boxed, "box");
  const spans = latex ? formulas(text) : [];
  if (plain && spans.length === 0 && isBare(text)) yield candidate(text, "whole text");
  const sentence = answerSentence(text);
  if (sentence !== undefined) {
    const found = fromSentence(sentence, sources);
    if (found !== undefined) yield candidate(found, "answer sentence");
  }
  const concluded = plain ? concludingSentence(text, spans.at(-1)?.end ?? 0) : undefined;
  if (concluded !== undefined) {
    const found = fromSentence(concluded, sources);
    if (found !== undefined) yield candidate(found, "answer sentence");
  }
  const run = lastRun(text, spans);
  const last = plain ? lastValue(text, spans) : undefined;
  // "The angle at $A$ is 45°": a name is no answer where a value comes after it.
  if (last && run !== undefined && isLetter(run) && last.start >= (spans.at(-1) as Span).end)
    yield candidate(last.inside, "last number");
  if (run !== undefined && isLetter(run) && isStatement(text)) yield candidate(text, "whole text");
  if (run !== undefined) yield candidate(run, "formula");
  if (!plain) return;
  const commands = latex ? lastCommands(text) : undefined;
  if (commands !== undefined) yield candidate(commands, "formula");
  if (last) yield candidate(last.inside, "last number");
  if (text.length <= WHOLE_CHARS) yield candidate(text, "whole text");
}

const candidate = (text: string, place: Candidate["place"]): Candidate => ({
  text: withoutEmphasis(unescaped(text).trim()),
  place,
});

/** `_3.5_` and `*x*` in Markdown. */
const withoutEmphasis = (text: string): string => /^([_*]{1,3})([^_*]+)\1$/.exec(text)?.[2] ?? text;

/** Commands that were escaped twice on their way here, `\\frac`, become commands again. */
function unescaped(text: string): string {
  if (!text.includes("\\\\") || text.includes("\\begin{")) return text;
  return text.replace(/\\\\([A-Za-z]+|[{}%,!;()[\]])/g, (all, name: string) =>
    /^[A-Za-z]/.test(name) && !isKnownCommand(name) ? all : `\\${name}`,
  );
}

/** Nothing but an answer: a formula, a number with its unit, or words alone. */
function isBare(text: string): boolean {
  if (text.length > WHOLE_CHARS || text.trim().includes("\n")) return false;
  const glued = text.replace(/(?<=[\d)])(?:or|and)(?=[A-Z(\d])/g, " ");
  const bare = glued.replace(/\\[A-Za-z]+\s*\{[^{}]*\}|\\[A-Za-z]+/g, " ");
  const words = bare.match(/\p{L}{3,}/gu) ?? [];
  const strange = words.filter(
    (word) => (!isKnownCommand(word) || isEnglish(word)) && !isUnitWord(word) && !isNotation(word),
  );
  if (strange.length === 0) return !SENTENCE_WORD.test(bare);
  return /^[\p{L}\s'-]+\.?$/u.test(text.trim());
}

/** Short words that make a sentence of it. */
const SENTENCE_WORD = /(?<![\\A-Za-z])(?:so|it|is|as|be|to|of|we|my|an|at|by|do|if|he)(?![A-Za-z])/i;

/** Words of the language that are commands too. */
const isEnglish = (word: string): boolean =>
  /^(?:because|therefore|exists|over|choose|square|parallel|top|because|dot|hat|bar|small|large|text|under)$/i.test(
    word,
  );

const isNotation = (word: string): boolean =>
  /^(?:and|percent|percentage|pct|infinity|inf|asin|acos|atan)$/i.test(word);

/** The formula or number that a sentence begins with, or else its last one. */
function fromSentence(sentence: string, sources: readonly Source[]): string | undefined {
  const spans = sources.includes("latex") ? formulas(sentence) : [];
  const outside = sources.includes("plain") ? plainValues(blanked(sentence, spans)) : [];
  const runs = runsOf(
    sentence,
    [...spans, ...outside].sort((a, b) => a.start - b.start),
  );
  const [first] = runs;
  if (first && first.start <= 1) return first.inside;
  const commands = spans.length === 0 && sources.includes("latex") ? lastCommands(sentence) : undefined;
  if (commands !== undefined) return commands;
  return (runs.findLast(({ inside }) => !isLetter(inside)) ?? runs.at(-1))?.inside;
}

/** `$n$ is even`: what is said of a letter, not the letter, is the answer. */
const isStatement = (text: string): boolean => text.length <= 80 && /^\s*\$[^$]{1,12}\$\s+\p{L}/u.test(text);

/** The last number or formula in the words between the formulas. */
function lastValue(text: string, spans: Span[]): Span | undefined {
  const from = Math.max(0, text.length - NUMBER_CHARS);
  const words = blanked(
    text,
    spans.filter((span) => span.end > from && isMathematics(span)),
  );
  const tail = words.slice(from);
  const last = runsOf(tail, plainValues(tail).slice(-40)).at(-1);
  if (!last) return undefined;
  const qualified = QUALIFIED.exec(words.slice(Math.max(0, from + last.start - 24), from + last.start));
  const inside = (qualified?.[0] ?? "").replace(/\b(?:minus|negative) +/i, "-") + last.inside;
  return { start: last.start + from, end: last.end + from, inside };
}

/** Words that make another answer of the number behind them. */
const QUALIFIED =
  /(?:\b(?:more|less|greater|fewer|larger|smaller|higher|lower) than|\bat (?:least|most)|\bup to|\bnot|\bminus|\bnegative) {1,2}\$?$/i;

/** Dollars around a sentence are no formula; a number may be picked out of it. */
const isMathematics = ({ inside }: Span): boolean =>
  !/(?<![\\A-Za-z{])[A-Za-z]{4,}(?![}A-Za-z])/.test(inside);

const isLetter = (inside: string): boolean => /^\s*(?:[A-Za-z]|\\[a-z]+|[a-zA-Z]\([a-z]\))\s*$/.test(inside);

/** The last formula of the text that is more than the name of something, with those that it is listed with. */
function lastRun(text: string, spans: Span[]): string | undefined {
  const runs = runsOf(text, spans.slice(-40));
  return (runs.findLast(({ inside }) => !isLetter(inside)) ?? runs.at(-1))?.inside;
}

const LISTED = /^\s*(?:,|;|,?\s*(?:and|or|et|ou|und|oder|和|或))\s*$/i;

/** Neighbours with nothing but a comma or a word for "and" between them become one. */
function runsOf(text: string, spans: Span[]): Span[] {
  const runs: Span[] = [];
  for (const span of spans) {
    const last = runs.at(-1);
    const inside = span.inside + percentAfter(text.slice(span.end, span.end + 12));
    if (!last || !LISTED.test(text.slice(last.end, Math.min(span.start, last.end + 12)))) {
      runs.push({ ...span, inside });
      continue;
    }
    const gap = text.slice(last.end, span.start);
    runs[runs.length - 1] = { start: last.start, end: span.end, inside: last.inside + gap + inside };
  }
  return runs;
}

/** The last piece of LaTeX that stands in the text without any marks around it. */
function lastCommands(text: string): string | undefined {
  const pieces = text
    .slice(-LIMITS.answerChars)
    .split(/[^\x20-\x7e]+|(?<![\\A-Za-z{])[A-Za-z]{3,}(?![A-Za-z}])|[\]$]/)
    .map((piece) => piece.replace(/^\s*(?:(?:is|to|of|so|as|be|by|at|we|it)\s+)+/i, "").trim());
  return pieces.findLast((piece) => /\\[A-Za-z]+\s*[{\d]/.test(piece) && balanced(piece));
}

function balanced(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    if (c === "{") depth++;
    else if (c === "}" && --depth < 0) return false;
  }
  return depth === 0;
}
