import type { Table } from "../eval/report-text.ts";
import { displayWidth, padEnd, padStart } from "./view/text.ts";

/** A table for a terminal: the first column to the left, figures to the right. */
export function textTable({ header, rows }: Table): string {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((row) => displayWidth(row[i] ?? ""))));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i === 0 ? padEnd(cell, widths[i] ?? 0) : padStart(cell, widths[i] ?? 0)))
      .join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}
