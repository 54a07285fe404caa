import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** C0, C1, DEL: a model's text could move the cursor or write the clipboard with them. */
const CONTROLS = /\p{Cc}/gu;
const CONTROLS_BUT_LAYOUT = /(?![\t\n])\p{Cc}/gu;
/** Marks that turn the reading direction, beyond the text they are in. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A model's text made safe for a terminal; tabs and line ends stay. */
export function safeText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS_BUT_LAYOUT, "").replace(DIRECTION_MARKS, "");
}

/** Longer texts are cut before they are looked at closely: no terminal is this wide. */
const MOST_CHARACTERS = 4000;

/**
 * A conclusion as one line. Of several lines the last is shown, for a conclusion ends with its result.
 */
export function oneLine(text: string): string {
  const lines = text.slice(-MOST_CHARACTERS).split(/\r\n|[\n\r\u2028\u2029]/);
  const safe = lines.map((line) => clean(line)).filter((line) => line !== "");
  const last = safe.at(-1) ?? "";
  return safe.length > 1 ? `… ${last}` : last;
}

function clean(line: string): string {
  return safeText(line).replace(CONTROLS, " ").replace(/\s+/g, " ").trim();
}

/** Cut to a display width; a wide character that does not fit wholly is left out. */
export function truncate(text: string, columns: number): string {
  if (columns <= 0) return "";
  const short = text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text;
  if (short.length === text.length && stringWidth(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const { segment } of segmenter.segment(short)) {
    const more = stringWidth(segment);
    if (width + more > columns - 1) break;
    width += more;
    kept += segment;
  }
  return `${kept}…`;
}

export function displayWidth(text: string): number {
  return stringWidth(text);
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - stringWidth(text))) + text;
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - stringWidth(text)));
}
