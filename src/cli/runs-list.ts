import { defaultJournalPath, encodeRecord, JournalError, type RunSummary } from "../journal/index.ts";
import { openRuns, type RunsFlags } from "./runs-find.ts";
import { columnsOf, paintOn, type RunsIo, writeLines } from "./runs-io.ts";
import { type RunsColumn, table } from "./runs-table.ts";
import { shortCount, widthsText } from "./view/figures.ts";
import { oneLine } from "./view/text.ts";

export interface ListFlags extends RunsFlags {
  /** 0: all. */
  limit: number;
}

/** `pacore runs list` */
export async function listRuns({ stdout, stderr }: RunsIo, { limit, ...flags }: ListFlags): Promise<void> {
  const runs = await summaries(flags);
  const shown = limit > 0 ? runs.slice(0, limit) : runs;
  if (flags.json) {
    return writeLines(
      stdout,
      shown.map((run) => encodeRecord(run)),
    );
  }
  if (runs.length === 0) {
    stderr.write(`There are no runs in ${flags.journal ?? defaultJournalPath()} yet.\n`);
    return;
  }
  const columns = columnsOf(stdout);
  const short = columns === Number.POSITIVE_INFINITY ? (id: string) => id : abbreviations(runs);
  await writeLines(stdout, table(columnsFor(short), shown, { columns, paint: paintOn(stdout) }));
  const left = runs.length - shown.length;
  if (left > 0) stderr.write(`… and ${left} older ones; --limit 0 shows all.\n`);
}

/** The default journal is made by the first run; a named one must be there. */
async function summaries(flags: RunsFlags): Promise<RunSummary[]> {
  try {
    await using store = await openRuns(flags);
    return store.list();
  } catch (error) {
    if (flags.journal === undefined && error instanceof JournalError && error.fault === "missing") return [];
    throw error;
  }
}

const columnsFor = (short: (id: string) => string): RunsColumn<RunSummary>[] => [
  { title: "ID", cell: ({ runId }) => short(runId), dispensable: 0 },
  { title: "STATE", cell: ({ state }) => state, dispensable: 1 },
  { title: "STARTED", cell: ({ createdAt }) => isoDate(createdAt), dispensable: 3 },
  {
    title: "WIDTHS",
    cell: ({ widths }) => (widths.length > 0 ? widthsText(widths) : "none"),
    dispensable: 4,
  },
  { title: "CALLS", cell: (run) => String(callsOf(run)), right: true, dispensable: 5 },
  { title: "TTC", cell: ({ outputTokens }) => shortCount(outputTokens), right: true, dispensable: 2 },
  { title: "MODEL", cell: ({ model }) => oneLine(model), dispensable: 6 },
  { title: "PROBLEM", cell: ({ title }) => oneLine(title), dispensable: 0 },
];

function callsOf({ trajectories }: RunSummary): number {
  return Object.values(trajectories).reduce((sum, count) => sum + count, 0);
}

/** 2026-11-23T01:11:10Z */
export function isoDate(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

const LEAST_ID = 8;

/** The shortest beginning of each id that no other run's id has. */
export function abbreviations(runs: readonly { runId: string }[]): (id: string) => string {
  const sorted = runs.map(({ runId }) => runId).sort();
  const short = new Map<string, string>();
  for (const [i, id] of sorted.entries()) {
    const needed = 1 + Math.max(common(id, sorted[i - 1] ?? ""), common(id, sorted[i + 1] ?? ""));
    const kept = id.slice(0, Math.max(LEAST_ID, needed));
    // Not worth it for a name that somebody chose, nor half a character.
    short.set(id, id.length - kept.length > LEAST_ID && kept.isWellFormed() ? kept : id);
  }
  return (id) => short.get(id) ?? id;
}

function common(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
