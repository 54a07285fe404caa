import {
  AGGREGATION_HEAD,
  AGGREGATION_TAIL,
  AUDIT_TAIL,
  MAX_REFERENCES,
  referenceHeader,
  SURVEY_TAIL,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
} from "./prompts.ts";
import {
  agreedEntry,
  disputedEntry,
  INSTRUCTION,
  LABELS,
  OPERATIONS,
  operationText,
  SURVEY_HEAD,
} from "./worklist.ts";

export const THINK_START = "<think>";
export const THINK_END = "\n</think>\n\n";
/** The end of a sequence; it stands for no text. */
export const END = "</s>";

const DIGITS = [..."0123456789"];

/**
 * All tokens, in order of their ids. Each is an exact piece of text. A part's result is one token with its
 * label in it (" B=3"), in reasoning, conclusions and references alike, so that combining references means
 * attending to one's own label; a conclusion's first has no space before it, hence the extra ones for A.
 */
export const VOCABULARY: readonly string[] = [
  END,
  INSTRUCTION,
  THINK_START,
  THINK_END,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
  AGGREGATION_HEAD,
  AGGREGATION_TAIL,
  "\n",
  ...[...LABELS].map((label) => `\n${label}:`),
  ...DIGITS.map((digit) => ` ${digit}`),
  ...[0, 1, 2].flatMap((index) => OPERATIONS.map((operation) => operationText(operation, index))),
  ...DIGITS.map((digit) => `A=${digit}`),
  ...[...LABELS].flatMap((label) => DIGITS.map((_, digit) => agreedEntry(label, digit))),
  ...Array.from({ length: MAX_REFERENCES - 1 }, (_, index) => referenceHeader(index + 2)),
  AUDIT_TAIL,
  SURVEY_TAIL,
  SURVEY_HEAD,
  ...[...LABELS].map(disputedEntry),
];

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

export interface Tokenizer {
  readonly vocabulary: readonly string[];
  readonly end: number;
  readonly thinkStart: number;
  readonly thinkEnd: number;
  /** The tokens whose concatenation is exactly `text`; `undefined` if there are none. */
  encode(text: string): number[] | undefined;
  /** The text of tokens; the end token has none. */
  decode(tokens: Iterable<number>): string;
}

/** A lossless tokenizer: from the left, always the longest token that fits. */
export function createTokenizer(vocabulary: readonly string[] = VOCABULARY): Tokenizer {
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const end = ids.get(END);
  const thinkStart = ids.get(THINK_START);
  const thinkEnd = ids.get(THINK_END);
  if (end === undefined || thinkStart === undefined || thinkEnd === undefined) {
    throw new Error(`The vocabulary lacks ${END}, ${THINK_START} or ${JSON.stringify(THINK_END)}.`);
  }
  const longestFirst = vocabulary.filter((token) => token !== END).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "y");
  const encode = (text: string) => {
    const tokens: number[] = [];
    for (pattern.lastIndex = 0; pattern.lastIndex < text.length; ) {
      const match = pattern.exec(text);
      if (!match) return undefined;
      tokens.push(ids.get(match[0]) as number);
    }
    return tokens;
  };
  const decode = (tokens: Iterable<number>) =>
    Array.from(tokens, (id) => (id === end ? "" : vocabulary[id])).join("");
  return { vocabulary, end, thinkStart, thinkEnd, encode, decode };
}
