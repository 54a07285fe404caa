import { InvalidOptionError } from "../../errors.ts";
import { mapFields } from "../field-map.ts";
import { readRows } from "../load.ts";
import { isRejected } from "../rows.ts";

const FIT = ["true", "1", "fit", "good", "yes", "correct", "keep"];
const UNFIT = ["false", "0", "unfit", "bad", "no", "incorrect", "drop"];

/** Whether people hold a problem for fit; undefined for what is no label. */
export function labelOf(value: unknown): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (FIT.includes(text)) return true;
  return UNFIT.includes(text) ? false : undefined;
}

/** The label in a record's field, in which dots lead into objects; undefined if there is none. @throws {Error} */
export function labelIn(row: Record<string, unknown>, field: string): boolean | undefined {
  let value: unknown;
  try {
    value = mapFields(row, new Map([["label", field]])).label;
  } catch {
    return undefined;
  }
  if (value === undefined || value === null) return undefined;
  const label = labelOf(value);
  if (label === undefined)
    throw new Error(`has "${String(value)}" as ${field}, which is none of ${[...FIT, ...UNFIT].join(", ")}`);
  return label;
}

/** Labels by problem id, from a file of records with `id` and `label`. @throws {InvalidOptionError} */
export async function readLabels(path: string): Promise<Map<string, boolean>> {
  const labels = new Map<string, boolean>();
  for await (const row of readRows(path)) {
    const place = `${row.file}:${row.line}`;
    if (isRejected(row)) throw new InvalidOptionError("labels", `${place} ${row.reason}.`);
    const { id, label } = row.value;
    const value = labelOf(label);
    if ((typeof id !== "string" && typeof id !== "number") || value === undefined)
      throw new InvalidOptionError(
        "labels",
        `${place} has no id, or no label such as true, fit, false, unfit.`,
      );
    if (labels.has(String(id))) throw new InvalidOptionError("labels", `${place} labels ${id} again.`);
    labels.set(String(id), value);
  }
  if (labels.size === 0) throw new InvalidOptionError("labels", `${path} has no label.`);
  return labels;
}
