import { InvalidOptionError } from "../errors.ts";

/** Our field → the data set's, in which dots lead into objects: `answer` → `meta.gold`. */
export type FieldMap = ReadonlyMap<string, string>;

const TARGETS = ["id", "prompt", "answer", "kind", "options", "meta", "messages"];

/**
 * Read `--map prompt=question,answer=solution.final`.
 * @param targets Our fields that can be named. @throws {InvalidOptionError}
 */
export function parseFieldMap(texts: readonly string[], targets: readonly string[] = TARGETS): FieldMap {
  const pairs = texts.flatMap((text) => text.split(",")).map((pair) => pair.trim());
  return new Map(
    pairs.filter(Boolean).map((pair): [string, string] => {
      const [target = "", source = ""] = pair.split("=").map((side) => side.trim());
      if (!targets.includes(target) || source === "") {
        throw new InvalidOptionError(
          "map",
          `"${pair}" is not FIELD=THEIRS with FIELD one of ${targets.join(", ")}.`,
        );
      }
      return [target, source];
    }),
  );
}

/** The record under our names; fields not mapped stay. @throws {Error} if a mapped field is missing. */
export function mapFields(row: Record<string, unknown>, map: FieldMap): Record<string, unknown> {
  const mapped = [...map].map(([target, source]) => [target, valueAt(row, source)]);
  return { ...row, ...Object.fromEntries(mapped) };
}

function valueAt(row: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      throw new Error(`has no ${path}`);
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
