import type { Paint } from "./view/paint.ts";
import { displayWidth, padEnd, padStart, truncate } from "./view/text.ts";

export interface RunsColumn<Row> {
  title: string;
  cell: (row: Row) => string;
  /** Figures stand right. */
  right?: boolean;
  /** The higher, the earlier the column goes where the terminal is too narrow. 0: never. */
  dispensable: number;
}

const GAP = 2;
/** Less than this of the last column says nothing. */
const LEAST_LAST = 16;

/** A table no wider than `columns`; what the last column has too much is cut. */
export function table<Row>(
  all: readonly RunsColumn<Row>[],
  rows: readonly Row[],
  { columns, paint }: { columns: number; paint: Paint },
): string[] {
  const sized = all.map((column) => {
    const cells = rows.map((row) => column.cell(row));
    const width = cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), column.title.length);
    return { ...column, cells, width };
  });
  const chosen = fitting(sized, columns);
  const last = chosen.at(-1);
  const before = chosen.slice(0, -1).reduce((sum, { width }) => sum + width + GAP, 0);
  const room = columns - before - 1;
  const line = (cells: readonly string[]) =>
    chosen
      .map(({ right, width }, i) => {
        const cell = cells[i] ?? "";
        if (i === chosen.length - 1 && !right) return truncate(cell, room);
        return right ? padStart(cell, width) : padEnd(cell, width);
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  const head = paint("dim", line(chosen.map(({ title }) => title)));
  return [head, ...(last?.cells ?? []).map((_, i) => line(chosen.map(({ cells }) => cells[i] ?? "")))];
}

function fitting<Column extends { dispensable: number; width: number }>(
  all: readonly Column[],
  columns: number,
): readonly Column[] {
  let chosen = all;
  const width = () => {
    const fixed = chosen.slice(0, -1).reduce((sum, column) => sum + column.width + GAP, 0);
    return fixed + Math.min(LEAST_LAST, chosen.at(-1)?.width ?? 0) + 1;
  };
  while (width() > columns) {
    const worst = Math.max(...chosen.map(({ dispensable }) => dispensable));
    if (worst === 0) break;
    const at = chosen.findLastIndex(({ dispensable }) => dispensable === worst);
    chosen = chosen.filter((_, i) => i !== at);
  }
  return chosen;
}
