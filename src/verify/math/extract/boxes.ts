import { LIMITS } from "../limits.ts";
import { closingBrace } from "../token.ts";

/** Only the last boxes are looked at: answers stand at the end. */
const MAX_BOXES = 20;
/** Characters between two boxes that may still be one answer. */
const MAX_GAP = 80;
const MAX_WORDS = 4;

interface Box {
  start: number;
  end: number;
  inside: string;
}

/** What the last `\boxed{…}` holds; several joined by commas or words are one answer, a list. */
export function extractBoxed(text: string): string | undefined {
  const boxes = lastBoxes(text);
  const last = boxes.at(-1);
  if (!last) return undefined;
  const chain = [last];
  for (let k = boxes.length - 2; k >= 0; k--) {
    const box = boxes[k] as Box;
    const gap = text.slice(box.end, (chain[0] as Box).start);
    if (!joins(gap)) break;
    chain.unshift(box);
  }
  const answers = [...new Set(chain.map(({ inside }) => inside.trim()))];
  return answers.join(", ") + percentAfter(text.slice(last.end, last.end + 24));
}

function lastBoxes(text: string): Box[] {
  const boxes: Box[] = [];
  let from = text.length;
  for (let seen = 0; seen < MAX_BOXES && from > 0; seen++) {
    const start = Math.max(text.lastIndexOf("\\boxed", from - 1), text.lastIndexOf("\\fbox", from - 1));
    if (start < 0) break;
    from = start;
    const box = boxAt(text, start);
    // A box within the box that was found before belongs to the outer one; the inner is the answer.
    if (box && box.inside.trim() !== "" && !(boxes[0] && box.end > boxes[0].start)) boxes.unshift(box);
  }
  return boxes;
}

/** `\boxed 9`. */
const BARE = /\\f?box(?:ed)?\s{1,3}(-?\d[\d.,]*|[A-Za-z](?![A-Za-z]))/y;

function boxAt(text: string, start: number): Box | undefined {
  BARE.lastIndex = start;
  const bare = BARE.exec(text);
  if (bare) return { start, end: BARE.lastIndex, inside: bare[1] as string };
  const open = text.indexOf("{", start);
  if (open < 0 || open > start + 9 || !/^\\f?box(?:ed)?\s*$/.test(text.slice(start, open))) return undefined;
  const limited = text.slice(open, open + LIMITS.answerChars);
  const length = closingBrace(limited, 0);
  if (length === limited.length && limited.length === LIMITS.answerChars) return undefined;
  const inside = limited.slice(1, length);
  return { start, end: open + length + 1, inside: length < limited.length ? inside : unclosed(inside) };
}

/** A box that is never closed ends with its line. */
const unclosed = (inside: string): string => (inside.trimStart().split("\n")[0] ?? "").replace(/\$+\s*$/, "");

/** Whether what stands between two boxes makes them one list: a comma, a word for "and", marks, or nothing. */
function joins(gap: string): boolean {
  if (gap.length > MAX_GAP) return false;
  const plain = gap
    .replace(/\\(?:text|mbox|textrm|mathrm)\s*\{([^{}]{0,60})\}/g, " $1 ")
    .replace(/\\(?:quad|qquad|[()[\],;:! ])|[$~{}]/g, " ")
    .trim();
  if (/[.。!?]|\n\s*\n/.test(plain)) return false;
  const words = plain.match(/\p{L}[\p{L}\d_]*/gu) ?? [];
  if (words.length === 0) return !plain.includes("=");
  const hasAnd = words.some((word) => /^(?:and|or|et|ou|und|oder|y|o|и|или|和|或|与)$/i.test(word));
  return hasAnd && words.length <= MAX_WORDS + 1;
}

/** ` \%` if a percent sign or word follows, outside of the mathematics. */
export function percentAfter(rest: string): string {
  return /^[\s$)}\]\\]{0,6}(?:%|percent|pct)/i.test(rest) ? "\\%" : "";
}
