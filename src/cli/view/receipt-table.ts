import type { Cost, Receipt, RoundReceipt } from "../../core/receipt.ts";
import { shortCount, shortDuration } from "./figures.ts";
import type { Paint } from "./paint.ts";
import { displayWidth, oneLine, padEnd, padStart, truncate } from "./text.ts";

interface Column {
  title: string;
  cell: (cost: Cost, round?: RoundReceipt) => string;
  /** Left out where no round has anything to say. */
  optional?: (cost: Cost) => number;
  /** The higher, the earlier it goes where the terminal is too narrow. */
  dispensable: number;
}

const count = (pick: (cost: Cost) => number): Pick<Column, "cell" | "optional"> => ({
  cell: (cost) => shortCount(pick(cost)),
  optional: pick,
});

const COLUMNS: readonly Column[] = [
  { title: "K", cell: (_, round) => (round ? String(round.width) : ""), dispensable: 5 },
  { title: "used", cell: (_, round) => (round ? String(round.effectiveWidth) : ""), dispensable: 0 },
  { title: "retried", ...count(({ retries }) => retries), dispensable: 3 },
  { title: "failed", ...count(({ failed }) => failed), dispensable: 2 },
  { title: "cut off", ...count(({ cutOff }) => cutOff), dispensable: 2 },
  { title: "cancelled", ...count(({ cancelled }) => cancelled), dispensable: 4 },
  { title: "journal", ...count(({ replayed }) => replayed), dispensable: 4 },
  { title: "input", cell: ({ tokens }) => shortCount(tokens.input), dispensable: 6 },
  { title: "cached", ...count(({ tokens }) => tokens.cachedInput), dispensable: 8 },
  { title: "reasoning", ...count(({ tokens }) => tokens.reasoning), dispensable: 7 },
  { title: "text", ...count(({ tokens }) => tokens.text), dispensable: 7 },
  { title: "wasted", ...count(({ tokens }) => tokens.wasted), dispensable: 6 },
  { title: "TTC", cell: ({ ttc }) => shortCount(ttc), dispensable: 0 },
  {
    title: "money",
    cell: ({ money = 0 }) => moneyText(money),
    optional: ({ money = 0 }) => money,
    dispensable: 1,
  },
  { title: "time", cell: ({ wallMs }) => shortDuration(wallMs), dispensable: 1 },
];

/** What the run cost, as lines: a table as wide as the terminal allows, then what a reader must know. */
export function receiptTable(
  receipt: Receipt,
  { columns, paint }: { columns: number; paint: Paint },
): string[] {
  const rows: { name: string; cost: Cost; round?: RoundReceipt }[] = receipt.rounds.map((round, i) => ({
    name: i === receipt.rounds.length - 1 ? "answer" : `round ${round.round}`,
    cost: round,
    round,
  }));
  rows.push({ name: "total", cost: receipt });
  const useful = COLUMNS.filter(({ optional }) => !optional || rows.some(({ cost }) => optional(cost) > 0));
  const table = (chosen: readonly Column[]) => [
    ["", ...chosen.map(({ title }) => title)],
    ...rows.map(({ name, cost, round }) => [name, ...chosen.map(({ cell }) => cell(cost, round))]),
  ];
  const lines = aligned(table(fitting(useful, table, columns)));
  const [head = "", ...body] = lines;
  const total = body.pop() ?? "";
  return [paint("dim", head), ...body, paint("bold", total), ...remarks(receipt, { columns, paint })];
}

type Table = (columns: readonly Column[]) => string[][];

/** Leave out the most dispensable columns until the table fits. */
function fitting(useful: readonly Column[], table: Table, width: number): readonly Column[] {
  let chosen = useful;
  while (chosen.length > 2 && (aligned(table(chosen))[0]?.length ?? 0) >= width) {
    const worst = Math.max(...chosen.map(({ dispensable }) => dispensable));
    const at = chosen.findLastIndex(({ dispensable }) => dispensable === worst);
    chosen = chosen.filter((_, i) => i !== at);
  }
  return chosen;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => displayWidth(row[i] ?? ""))));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? padEnd : padStart)(cell, widths[i] ?? 0)).join("  "),
  );
}

function remarks(receipt: Receipt, { columns, paint }: { columns: number; paint: Paint }): string[] {
  const { costRatio, tokens, notes } = receipt;
  const lines: string[] = [];
  if (costRatio !== undefined) lines.push(`${costRatio.toFixed(1)} times one single sample`);
  if (tokens.estimated) lines.push("some token counts are estimates: the model did not report them");
  const plain = lines.map((line) => paint("dim", truncate(line, columns - 1)));
  return [...plain, ...notes.map((note) => paint("yellow", truncate(`! ${oneLine(note)}`, columns - 1)))];
}

/** Enough digits to be told from nothing. The currency is the price's. */
function moneyText(money: number): string {
  return money >= 1 ? money.toFixed(2) : money.toPrecision(2);
}
