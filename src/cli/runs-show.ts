import type { Trajectory } from "../core/trajectory.ts";
import { encodeRecord, type JournalStore, type RunDetails } from "../journal/index.ts";
import { resumeCommand } from "./resume-hint.ts";
import { findRun, openRuns, type RunsFlags } from "./runs-find.ts";
import { columnsOf, paintOn, type RunsIo, writeLines } from "./runs-io.ts";
import { isoDate } from "./runs-list.ts";
import { type RunsColumn, table } from "./runs-table.ts";
import { shortCount, shortDuration, widthsText } from "./view/figures.ts";
import type { Paint } from "./view/paint.ts";
import { receiptTable } from "./view/receipt-table.ts";
import { oneLine, safeText, truncate } from "./view/text.ts";
import { answerText } from "./view/write-answer.ts";

/** What is shown of a trajectory: all but what it generated. `export` has that too. */
type Line = Omit<Trajectory, "content">;

/** `pacore runs show` */
export async function showRun({ stdout }: RunsIo, id: string, flags: RunsFlags): Promise<void> {
  await using store = await openRuns(flags);
  const run = findRun(store, id);
  const trajectories = linesOf(store, run.runId);
  if (flags.json) return writeLines(stdout, [encodeRecord({ ...run, trajectories })]);
  const columns = columnsOf(stdout);
  const paint = paintOn(stdout);
  const sections = [
    headerLines(run, { columns, paint, journal: flags.journal }),
    roundLines(run, columns),
    trajectories.length > 0 ? table(COLUMNS, trajectories, { columns, paint }) : [],
    run.result ? receiptTable(run.result.receipt, { columns, paint }) : [],
    run.result ? answerLines(run.result, stdout.isTTY === true) : [],
  ].filter((lines) => lines.length > 0);
  await writeLines(
    stdout,
    sections.flatMap((lines, i) => (i > 0 ? ["", ...lines] : lines)),
  );
}

function linesOf(store: JournalStore, runId: string): Line[] {
  const lines: Line[] = [];
  for (const { content: _, ...line } of store.trajectories(runId)) lines.push(line);
  return lines;
}

interface HeaderOptions {
  columns: number;
  paint: Paint;
  journal: string | undefined;
}

function headerLines(run: RunDetails, { columns, paint, journal }: HeaderOptions): string[] {
  const { runId, state, createdAt, finishedAt, model, widths, title, owner, header } = run;
  const who = owner ? ` (process ${owner.pid} on ${owner.host})` : "";
  const { limits: _, ...settings } = header.settings;
  const fields = {
    run: runId,
    state: `${state}${who}`,
    started: isoDate(createdAt),
    finished: finishedAt === undefined ? "" : isoDate(finishedAt),
    model,
    widths: widthsText(widths),
    settings: Object.entries(settings)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(", "),
    problem: title,
    "go on with": state === "interrupted" ? resumeCommand(runId, journal) : "",
  };
  return Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => {
      // Commands and ids are there to be copied: they are never cut.
      const whole = name === "run" || name === "go on with";
      const room = whole ? Number.POSITIVE_INFINITY : columns - 13;
      return `${paint("dim", name.padEnd(12))}${truncate(oneLine(value ?? ""), room)}`;
    });
}

function roundLines({ rounds }: RunDetails, columns: number): string[] {
  return rounds.flatMap(({ round, messages, notes, last }) => {
    const passed = `round ${round}: ${messages.length} ${messages.length === 1 ? "message" : "messages"}`;
    const lines = [`${passed} passed on${last ? ", the last round of exploring" : ""}`];
    for (const note of notes) lines.push(`  ! ${oneLine(note)}`);
    return lines.map((line) => truncate(line, columns - 1));
  });
}

const COLUMNS: RunsColumn<Line>[] = [
  { title: "ROUND", cell: ({ round }) => String(round), right: true, dispensable: 0 },
  { title: "PLACE", cell: ({ index }) => String(index), right: true, dispensable: 0 },
  { title: "TRY", cell: ({ attempt }) => String(attempt + 1), right: true, dispensable: 4 },
  { title: "OUTCOME", cell: ({ outcome }) => outcome, dispensable: 1 },
  { title: "TOKENS", cell: ({ usage }) => shortCount(usage.output), right: true, dispensable: 2 },
  { title: "TIME", cell: ({ durationMs }) => shortDuration(durationMs), right: true, dispensable: 3 },
  { title: "CONCLUSION", cell: ({ message, error }) => oneLine(message ?? error ?? ""), dispensable: 0 },
];

/** A terminal gets no control characters of a model's. */
function answerLines(result: NonNullable<RunDetails["result"]>, terminal: boolean): string[] {
  const answer = answerText(result);
  if (answer === "") return [];
  return (terminal ? safeText(answer) : answer).replace(/\n$/, "").split("\n");
}
