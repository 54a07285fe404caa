/** A piece of a text that may be an answer. */
export interface Span {
  start: number;
  end: number;
  inside: string;
}

const ROWS = /\\begin\{(?:align|aligned|equation|gather|gathered|eqnarray|alignat|multline)\*?\}/y;

/**
 * Everything between `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, and the last row of aligned equations, left to right. One pass:
 * the next closing mark of each sort is remembered, so that opening marks without partners cost nothing.
 */
export function formulas(text: string): Span[] {
  const spans: Span[] = [];
  const next = new Map<string, number>();
  const find = (mark: string, from: number): number => {
    let at = next.get(mark) ?? -1;
    if (at < from && at !== Number.POSITIVE_INFINITY) {
      at = text.indexOf(mark, from);
      next.set(mark, at < 0 ? Number.POSITIVE_INFINITY : at);
    }
    return next.get(mark) as number;
  };
  for (let at = 0; at < text.length; at++) {
    const span = formulaAt(text, at, find);
    if (!span) {
      if (text[at] === "\\") at++;
      continue;
    }
    spans.push(span);
    at = span.end - 1;
  }
  return spans;
}

/** The text with spaces in the place of the spans, which come left to right. */
export function blanked(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(at, start), " ".repeat(end - start));
    at = end;
  }
  return pieces.join("") + text.slice(at);
}

type Find = (mark: string, from: number) => number;

function formulaAt(text: string, at: number, find: Find): Span | undefined {
  const c = text[at];
  if (c === "$") return text[at + 1] === "$" ? display(text, at, "$$", find) : inline(text, at);
  if (c !== "\\") return undefined;
  if (text[at + 1] === "[") return display(text, at, "\\]", find);
  if (text[at + 1] === "(") {
    const line = find("\n", at);
    const close = find("\\)", at + 2);
    return close < line ? { start: at, end: close + 2, inside: text.slice(at + 2, close) } : undefined;
  }
  if (text[at + 1] !== "b") return undefined;
  ROWS.lastIndex = at;
  return ROWS.test(text) ? lastRow(text, at, ROWS.lastIndex, find) : undefined;
}

function display(text: string, start: number, close: string, find: Find): Span | undefined {
  const end = find(close, start + 2);
  if (end === Number.POSITIVE_INFINITY || text.slice(start + 2, end).trim() === "") return undefined;
  return { start, end: end + 2, inside: text.slice(start + 2, end) };
}

/** Inline mathematics stays on its line; a dollar sign behind a digit is money. */
function inline(text: string, start: number): Span | undefined {
  const before = text[start - 1] ?? "";
  if (before === "\\" || (before >= "0" && before <= "9")) return undefined;
  let end = start + 1;
  for (; text[end] !== "$"; end++) {
    if (text[end] === "\\") end++;
    if (end >= text.length || text[end] === "\n") return undefined;
  }
  const inside = text.slice(start + 1, end);
  const isMoney = /^\d[\d,.]*(?:\s+[A-Za-z]{3,}|\s.*\s$)/.test(inside);
  return isMoney || inside.trim() === "" ? undefined : { start, end: end + 1, inside };
}

function lastRow(text: string, start: number, from: number, find: Find): Span | undefined {
  const end = find("\\end{", from);
  if (end === Number.POSITIVE_INFINITY) return undefined;
  const rows = text.slice(from, end).split("\\\\");
  const row = rows.findLast((line) => line.trim() !== "") ?? "";
  const close = text.indexOf("}", end);
  return { start, end: close < 0 ? text.length : close + 1, inside: row.replaceAll("&", " ") };
}
