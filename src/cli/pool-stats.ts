import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { renderChart } from "../plot/render.ts";
import { type PoolFigures, PoolStatistics, readPool } from "../train/pool/index.ts";
import { textTable } from "./eval-table.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { existingPool } from "./pool-argument.ts";
import type { PoolStatsFlags } from "./pool-flags.ts";

const BAR_WIDTH = 40;

/** `pacore pool stats` */
export async function poolStats(path: string, { plot, json }: PoolStatsFlags): Promise<ExitCode> {
  const statistics = new PoolStatistics();
  let unreadable = 0;
  const onRejected = ({ file, line, reason }: { file: string; line: number; reason: string }) => {
    unreadable++;
    process.stderr.write(`${file}:${line}: ${reason}\n`);
  };
  for await (const entry of readPool(await existingPool(path), { onRejected })) statistics.add(entry);
  if (plot !== undefined) {
    await mkdir(dirname(plot), { recursive: true });
    await writeFile(plot, renderChart(statistics.chart()));
  }
  const { all, byKind, histogram } = statistics;
  process.stdout.write(
    json ? `${JSON.stringify({ ...all, unreadable, byKind, histogram })}\n` : statsText(statistics),
  );
  return unreadable > 0 ? EXIT.incomplete : EXIT.answered;
}

function statsText({ all, byKind, histogram }: PoolStatistics): string {
  const kinds = Object.entries(byKind);
  const rows = [...kinds, ...(kinds.length > 1 ? [["all", all] as const] : [])].map(([name, figures]) =>
    rowOf(name, figures),
  );
  const header = [
    "kind",
    "problems",
    "messages",
    "unscored",
    "right %",
    "never right",
    "always right",
    "stage 1",
    "distinct %",
    "characters",
  ];
  return `${textTable({ header, rows })}\n\n${histogramText(histogram)}`;
}

function rowOf(name: string, figures: PoolFigures): string[] {
  const { problems, messages, unscored, accuracy, neverRight, alwaysRight, stage1, distinct, characters } =
    figures;
  return [
    name,
    `${problems}`,
    `${messages}`,
    `${unscored}`,
    accuracy === null ? "–" : (100 * accuracy).toFixed(1),
    `${neverRight}`,
    `${alwaysRight}`,
    `${stage1}`,
    (100 * distinct).toFixed(1),
    characters.toFixed(0),
  ];
}

/** A line for each k of 24 that a problem has. */
function histogramText(bins: readonly number[]): string {
  const most = Math.max(...bins, 1);
  const last = bins.findLastIndex((count) => count > 0);
  const lines = bins.slice(0, last + 1).map((count, k) => {
    const bar = "█".repeat(Math.ceil((BAR_WIDTH * count) / most));
    return `${`${k}`.padStart(2)}/24 ${`${count}`.padStart(`${most}`.length)} ${bar}`.trimEnd();
  });
  return lines.length > 0 ? `messages right, and problems:\n${lines.join("\n")}\n` : "";
}
