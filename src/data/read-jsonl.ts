import { constants } from "node:buffer";
import { createReadStream } from "node:fs";
import { parseJson } from "./parse-json.ts";
import { type RowOrRejected, rowOf } from "./rows.ts";

const NEWLINE = 0x0a;
/** Files of gigabytes are read in fewer, larger parts than the default. */
const CHUNK_BYTES = 1 << 20;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * One JSON object a line. Lines are split at the byte 0x0A alone: `readline` also splits at U+2028, which JSON
 * allows inside a string.
 */
export async function* readJsonl(path: string): AsyncGenerator<RowOrRejected> {
  let line = 0;
  for await (const bytes of linesOf(createReadStream(path, { highWaterMark: CHUNK_BYTES }))) {
    line++;
    const row = parseLine(path, line, bytes);
    if (row) yield row;
  }
}

/** undefined for a blank line. */
function parseLine(file: string, line: number, bytes: Uint8Array): RowOrRejected | undefined {
  if (bytes.length > constants.MAX_STRING_LENGTH)
    return { file, line, reason: `is longer than ${Math.floor(constants.MAX_STRING_LENGTH / 2 ** 20)} MB` };
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { file, line, reason: "is not UTF-8 text" };
  }
  if (text.trim() === "") return undefined;
  try {
    return rowOf(file, line, parseJson(text));
  } catch (error) {
    return { file, line, reason: `is not valid JSON (${(error as Error).message})` };
  }
}

/** Lines as bytes, without their ends; the last one may have none. They are views: keep none past the next. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const end = chunk.subarray(from, at);
      // A copy of each line would be half of all memory that is let go of.
      yield rest.length === 0 ? end : Buffer.concat([...rest, end]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}
