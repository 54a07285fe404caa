import { LIMITS } from "../limits.ts";

const TURN_END = /<\|(?:im_end|im_start|endoftext|eot_id|end)\|>/;
const REASONING_START = /^\s*<(?:think|thinking)>/;

/**
 * Where the answer is looked for: behind the reasoning, inside the last `<answer>` if there is one, up to the end of
 * the turn; of a very long text its last part. Reasoning that never ended has no conclusion.
 */
export function conclusion(message: string): string {
  const tail = message.slice(-LIMITS.textChars);
  const end = Math.max(endOf(tail, "</think>"), endOf(tail, "</thinking>"));
  if (end < 0 && REASONING_START.test(message.slice(0, 200))) return "";
  const text = taggedAnswer(end < 0 ? tail : tail.slice(end));
  const turn = text.search(TURN_END);
  return latinDigits(turn > 0 ? text.slice(0, turn) : text);
}

function endOf(text: string, tag: string): number {
  const at = text.lastIndexOf(tag);
  return at < 0 ? -1 : at + tag.length;
}

/** Models that were told to, close with `<answer>…</answer>`. */
function taggedAnswer(text: string): string {
  const open = text.lastIndexOf("<answer>");
  if (open < 0) return text;
  const inside = text.slice(open + "<answer>".length);
  const close = inside.indexOf("</answer>");
  return close < 0 ? inside : inside.slice(0, close);
}

/** Where the zeros of other scripts are: Arabic, Persian, Devanagari, Bengali, Thai, and full width. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];
const OTHER_DIGITS = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19]/g;

const latinDigits = (text: string): string =>
  text.replace(OTHER_DIGITS, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (ZEROS.find((zero) => code >= zero && code <= zero + 9) ?? code));
  });
