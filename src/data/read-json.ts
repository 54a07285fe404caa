import { readFile } from "node:fs/promises";
import { InvalidOptionError } from "../errors.ts";
import { parseJson } from "./parse-json.ts";
import { type RowOrRejected, rowOf } from "./rows.ts";

/** Keys under which data sets keep their records when the file is an object. */
const LIST_KEYS = ["data", "problems", "rows", "examples", "instances"];

/** A JSON array of objects, or an object that holds one. A row's line is its place in the array. */
export async function* readJson(path: string): AsyncGenerator<RowOrRejected> {
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
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const key = LIST_KEYS.find((name) => Array.isArray(fields[name]));
  return key === undefined ? undefined : (fields[key] as unknown[]);
}
