import type { Span } from "./formulas.ts";

const NUMBER = new RegExp(
  [
    // Not the tail of a word or of another number.
    "(?<![A-Za-z\\d_.,^{])",
    "[-−+]?[$€£¥]?",
    "(?:\\d{1,3}(?:\\s?\\{\\s?,\\s?\\}\\s?\\d{3}|,\\\\!\\s?\\d{3})+|\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d{1,3}(?:[ \\u00a0\\u202f]\\d{3})+(?!\\d)|\\d+,\\d+|\\d+|(?=\\.\\d))",
    "(?:\\.\\d+(?:\\.{3}|…)?)?",
    "(?:[eE][+-]?\\d{1,3}(?![\\w.]))?",
    "(?:\\s?(?:×|\\\\times|\\*)\\s?10\\^\\{?-?\\d{1,3}\\}?)?",
    "(?:(?:\\s\\d{1,4})?\\s?/\\s?\\d+)?",
    "(?:\\s?(?:\\\\?%|percent|pct)|\\s(?:hundred|thousand|million|billion|trillion)(?![a-z])|千(?![米克瓦卡赫字伏焦帕])|[万萬亿億])?",
  ].join(""),
  "g",
);

/** All numbers in running text, with the fraction, the power of ten and the percent sign that belong to them. */
export function numbers(text: string): Span[] {
  const spans: Span[] = [];
  for (const found of text.matchAll(NUMBER)) {
    const last = spans.at(-1);
    // `1/3 ≈ 0.333` is a third.
    if (last && /^\s?[≈≃]\s?$/.test(text.slice(last.end, Math.min(found.index, last.end + 4)))) continue;
    // The base of a power is not what is meant.
    if (/^\s?(?:\^|[⁰¹²³⁴-⁹⁻ⁿ])/.test(text.slice(found.index + found[0].length).slice(0, 2))) continue;
    const inside = found[0].replace("−", "-");
    spans.push({
      start: found.index,
      end: found.index + found[0].length,
      inside: withoutSum(inside, text, found.index),
    });
  }
  return spans;
}

/** In `10-5` the dash is no sign. */
const withoutSum = (inside: string, text: string, at: number): string =>
  /^[-+]/.test(inside) && /[\w)\]}]/.test(text[at - 1] ?? "") ? inside.slice(1) : inside;
