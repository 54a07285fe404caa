import type { Problem } from "../problem.ts";

/** A record before it is checked; its id may still be missing. */
export type Draft = Partial<Record<keyof Problem, unknown>>;

/** A record that is left out on purpose: it is not at fault. */
export interface Skipped {
  skipped: string;
}

/** One way in which data sets write problems. */
export interface Format {
  name: string;
  /** Whether records with these fields are written so. */
  matches(row: Record<string, unknown>): boolean;
  /** @throws {Error} with the reason, if the record does not hold what the format promises. */
  read(row: Record<string, unknown>): Draft | Skipped;
}

export function text(row: Record<string, unknown>, name: string): string {
  const value = row[name];
  if (typeof value === "string" && value.trim() !== "") return value;
  if (typeof value === "number") return String(value);
  throw new Error(`has no ${name}`);
}

export function has(row: Record<string, unknown>, ...names: string[]): boolean {
  return names.every((name) => row[name] !== undefined && row[name] !== null);
}

/** The named fields that are there, as `meta`. */
export function pick(row: Record<string, unknown>, ...names: string[]): Draft {
  const kept = names.filter((name) => has(row, name)).map((name) => [name, row[name]]);
  return kept.length > 0 ? { meta: Object.fromEntries(kept) } : {};
}
