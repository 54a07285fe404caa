import { createReadStream } from "node:fs";
import { InputError } from "./input-error.ts";

/** A line of a file of cases: what it holds, or why it holds nothing. */
export type CaseLine = { number: number } & ({ record: unknown } | { fault: string });

/** A longer line is named and passed over: it is no case, and would not fit into memory. */
const MAX_LINE_CHARS = 128 * 1024 * 1024;

/**
 * The lines of a JSONL file as they are read, blank ones left out, with their numbers from one: a file may be larger
 * than the memory.
 * @throws {InputError} if the file cannot be read, or is no UTF-8.
 */
export async function* caseLines(path: string, maxChars: number = MAX_LINE_CHARS): AsyncGenerator<CaseLine> {
  let number = 0;
  for await (const line of linesOf(path, maxChars)) {
    number++;
    if (line === undefined) yield { number, fault: `longer than ${maxChars} characters` };
    else if (line.trim() !== "") yield { number, ...parsed(line.replace(/^\ufeff/, "").trim()) };
  }
}

function parsed(line: string): { record: unknown } | { fault: string } {
  try {
    return { record: parseKeepingDigits(line) };
  } catch (error) {
    return { fault: `not JSON: ${printable((error as Error).message)}` };
  }
}

/** Control characters would garble a terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\ufffd]/gu, "?");

/** As `JSON.parse`, but gold and predicted numbers stay as they were written: 12345678901234567890, or 1.0. */
function parseKeepingDigits(line: string): unknown {
  const written: { holder: unknown; key: string; source: string }[] = [];
  function note(this: unknown, key: string, value: unknown, context?: { source?: string }): unknown {
    if (typeof value === "number" && (key === "gold" || key === "pred") && context?.source !== undefined)
      written.push({ holder: this, key, source: context.source });
    return value;
  }
  const record = JSON.parse(line, note) as Record<string, unknown>;
  for (const { holder, key, source } of written) if (holder === record) record[key] = source;
  return record;
}

/** `undefined` for a line that is too long. */
async function* linesOf(path: string, maxChars: number): AsyncGenerator<string | undefined> {
  try {
    // Not readline: it also splits at U+2028, which JSON may hold.
    let rest = "";
    let isTooLong = false;
    let isFirst = true;
    for await (const chunk of createReadStream(path, "utf8")) {
      if (isFirst && (chunk as string).includes("\0"))
        throw new InputError(`--file: ${path} is not in UTF-8; save it as UTF-8 text.`);
      isFirst = false;
      const lines = (chunk as string).split("\n");
      lines[0] = rest + lines[0];
      rest = lines.pop() as string;
      for (const line of lines) {
        yield isTooLong || line.length > maxChars ? undefined : line;
        isTooLong = false;
      }
      isTooLong ||= rest.length > maxChars;
      if (isTooLong) rest = "";
    }
    if (isTooLong) yield undefined;
    else if (rest !== "") yield rest;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const reasons: Record<string, string> = { ENOENT: "there is no such file", EISDIR: "it is a folder" };
    throw new InputError(`--file: cannot read ${path}: ${reasons[code] ?? message}.`, { cause });
  }
}
