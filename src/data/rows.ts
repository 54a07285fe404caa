/** One record of a data file, as it stood there. */
export interface Row {
  file: string;
  /** From 1: the line it starts at, or the record's number where a format has no lines. */
  line: number;
  value: Record<string, unknown>;
}

/** A place in a data file that gave no problem, and why. */
export interface Rejected {
  file: string;
  line: number;
  reason: string;
}

export type RowOrRejected = Row | Rejected;

export const isRejected = (row: RowOrRejected): row is Rejected => "reason" in row;

/** A row, if the value is a record; else why it is none. */
export function rowOf(file: string, line: number, value: unknown): RowOrRejected {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { file, line, value: value as Record<string, unknown> };
  }
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  return { file, line, reason: `is ${found}, not an object with named fields` };
}
