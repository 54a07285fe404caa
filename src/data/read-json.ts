import { constants } from "node:buffer";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { InvalidOptionError } from "../errors.ts";
import { jsonListItems } from "./json-list.ts";
import { parseJson } from "./parse-json.ts";
import { type RowOrRejected, rowOf } from "./rows.ts";

/** Keys under which data sets keep their records when the file is an object. */
const LIST_KEYS = ["data", "problems", "rows", "examples", "instances"];

/**
 * A JSON array of objects, or an object that holds one. A row's line is its place in the array. An array is read item by
 * item, so that it may be larger than the memory, and a bad item is its own fault.
 */
export async function* readJson(path: string): AsyncGenerator<RowOrRejected> {
  if (await startsWithList(path)) yield* readList(path);
  else yield* readObject(path);
}

async function startsWithList(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
    const text = (chunk as string).replace(/^\uFEFF/, "").trimStart();
    if (text !== "") return text.startsWith("[");
  }
  return false;
}

async function* readList(path: string): AsyncGenerator<RowOrRejected> {
  let line = 0;
  for await (const item of jsonListItems(createReadStream(path))) {
    line++;
    if (typeof item !== "string") yield { file: path, line, reason: item.reason };
    else yield parsed(path, line, item);
  }
}

function parsed(file: string, line: number, text: string): RowOrRejected {
  try {
    return rowOf(file, line, parseJson(text));
  } catch (error) {
    return { file, line, reason: `is not valid JSON (${(error as Error).message})` };
  }
}

async function* readObject(path: string): AsyncGenerator<RowOrRejected> {
  if ((await stat(path)).size > constants.MAX_STRING_LENGTH) {
    const what = `${path} is one JSON object, and too large to be read as a whole; make it a list, or a record a line (.jsonl).`;
    throw new InvalidOptionError("data", what);
  }
  const text = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new InvalidOptionError("data", `${path} is not valid JSON (${reason}).`, { cause });
  }
  const list = listIn(value);
  if (!list) {
    throw new InvalidOptionError(
      "data",
      `${path} is neither an array nor has one under ${LIST_KEYS.join(", ")}.`,
    );
  }
  for (const [index, item] of list.entries()) yield rowOf(path, index + 1, item);
}

function listIn(value: unknown): unknown[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const key = LIST_KEYS.find((name) => Array.isArray(fields[name]));
  return key === undefined ? undefined : (fields[key] as unknown[]);
}
