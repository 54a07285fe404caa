import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { right, type Score, unscored, type Verifier, wrong } from "./score.ts";
import { TimeLimitError, withinTime } from "./time-limit.ts";

export interface JsonSchemaOptions {
  /** A validation that takes longer (a pattern that backtracks, say) is stopped, and unscored. */
  timeoutMs?: number;
}

/** More than this is not taken for one JSON answer. */
const MAX_CHARS = 1_000_000;

/** Keywords it does not know (`format` among them) are annotations, as the standard has it. */
const LENIENT = { strict: false, validateFormats: false, allErrors: false, logger: false } as const;

/**
 * Whether the JSON in the message satisfies a JSON Schema (draft 2020-12, or 7 and 6 where `$schema` says so),
 * given as text or as a value. The JSON is the whole message, or its last fenced block, or the last object or
 * array in it.
 * @returns unscored for a schema that is none.
 */
export function scoreJsonSchema(
  prediction: string,
  schema: string | object,
  { timeoutMs = 200 }: JsonSchemaOptions = {},
): Score {
  let validate: ReturnType<Ajv["compile"]>;
  try {
    validate = compiled(typeof schema === "string" ? schema : JSON.stringify(schema));
  } catch (error) {
    return unscored(`The schema cannot be used: ${(error as Error).message}`);
  }
  const found = findJson(prediction);
  if (!found) return wrong(null, "No JSON was found.");
  try {
    if (withinTime(() => validate(found.value), timeoutMs)) return right(found.text, "Valid.");
    const [fault] = validate.errors ?? [];
    return wrong(found.text, `${fault?.instancePath || "the value"} ${fault?.message}`.slice(0, 500));
  } catch (error) {
    if (error instanceof TimeLimitError)
      return unscored(`The validation was stopped: ${error.message}`, found.text);
    throw error;
  }
}

/** Compiling takes thousands of times as long as validating, and many answers are held against one schema. */
const known = new Map<string, ReturnType<Ajv["compile"]>>();
const MAX_KNOWN = 100;

function compiled(schema: string): ReturnType<Ajv["compile"]> {
  const found = known.get(schema) ?? compile(JSON.parse(schema));
  // The one that was used last comes last.
  known.delete(schema);
  known.set(schema, found);
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value as string);
  return found;
}

function compile(schema: unknown): ReturnType<Ajv["compile"]> {
  if (typeof schema !== "boolean" && (typeof schema !== "object" || schema === null))
    throw new TypeError("it is neither an object nor true or false");
  const dialect = typeof schema === "object" && "$schema" in schema ? String(schema.$schema) : "";
  const ajv = /draft-0[67]/.test(dialect) ? new Ajv(LENIENT) : new Ajv2020(LENIENT);
  return ajv.compile(schema);
}

interface FoundJson {
  text: string;
  value: unknown;
}

function findJson(prediction: string): FoundJson | undefined {
  const text = prediction.slice(-MAX_CHARS);
  const fenced = [...text.matchAll(/```(?:json)?[ \t]*\n([\s\S]*?)```/g)].at(-1)?.[1];
  return parseJson(text) ?? (fenced === undefined ? undefined : parseJson(fenced)) ?? lastValue(text);
}

function parseJson(text: string): FoundJson | undefined {
  try {
    return { text: text.trim(), value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Attempts at an object or array that ends with the last closing bracket; each costs one parse. */
const MAX_ATTEMPTS = 50;

function lastValue(text: string): FoundJson | undefined {
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1;
  const open = text[end - 1] === "}" ? "{" : "[";
  let found: FoundJson | undefined;
  for (let start = end, k = 0; k < MAX_ATTEMPTS && start > 0; k++) {
    start = text.lastIndexOf(open, start - 1);
    if (start < 0) break;
    // The outermost value that parses: an inner object would parse first.
    found = parseJson(text.slice(start, end)) ?? found;
  }
  return found;
}

export const jsonSchemaVerifier = (options: JsonSchemaOptions = {}): Verifier<string | object> => ({
  name: "json-schema",
  score: (prediction, schema) => scoreJsonSchema(prediction, schema, options),
});
