import { parseFieldMap } from "../data/field-map.ts";
import { type Loaded, loadProblems } from "../data/load.ts";
import { PROBLEM_KINDS, type ProblemKind } from "../data/problem.ts";
import type { DataFlags } from "./eval-flags.ts";
import { InputError } from "./input-error.ts";

/** Rejected lines that are shown one by one. */
const SHOWN = 10;

/** Load a data set as the flags say. @throws {InputError} {@link InvalidOptionError} */
export async function loadData(source: string, { map, format, kind, limit }: DataFlags): Promise<Loaded> {
  if (kind !== undefined && !PROBLEM_KINDS.includes(kind as ProblemKind)) {
    throw new InputError(`--kind: "${kind}" is none of ${PROBLEM_KINDS.join(", ")}.`);
  }
  return loadProblems(source, {
    ...(map.length > 0 && { map: parseFieldMap(map) }),
    ...(format !== undefined && { format }),
    ...(kind !== undefined && { kind: kind as ProblemKind }),
    ...(limit !== undefined && { limit }),
  });
}

/** Where a data set is at fault, a line a place. */
export function rejectionLines({ rejected, skipped }: Pick<Loaded, "rejected" | "skipped">): string[] {
  const lines = rejected.slice(0, SHOWN).map(({ file, line, reason }) => `${file}:${line}: ${reason}`);
  if (rejected.length > SHOWN) lines.push(`… and ${rejected.length - SHOWN} more.`);
  if (rejected.length > 0) lines.push(`Left out, for they are no problems: ${rejected.length}.`);
  if (skipped > 0) lines.push(`Left out on purpose (pictures): ${skipped}.`);
  return lines;
}
