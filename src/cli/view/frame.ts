import { percent, shortCount, shortDuration, widthsText } from "./figures.ts";
import type { Paint } from "./paint.ts";
import { type Cell, type RoundState, roundTokens, totalTokens, type ViewState } from "./state.ts";
import { oneLine, truncate } from "./text.ts";

/** Wider lines are hard to read, and reflow badly when the terminal is made narrower. */
const MOST_COLUMNS = 100;
const MOST_CONCLUSIONS = 8;
const MOST_GRID_ROWS = 3;
const MOST_GROUPS = 3;

export interface FrameOptions {
  columns: number;
  rows: number;
  now: number;
  /** Nothing more will be drawn: leave out what is of the moment. */
  last: boolean;
  tokensPerSecond: number;
  paint: Paint;
}

/** The live view at one moment, as lines no wider than `columns`. */
export function frame(state: ViewState, options: FrameOptions): string[] {
  const fitted = { ...options, columns: Math.max(10, Math.min(options.columns - 1, MOST_COLUMNS)) };
  const { columns, paint, last } = fitted;
  const header = paint("bold", truncate(headerText(state), columns));
  const rounds = state.rounds.flatMap((round) => {
    if (round.receipt) return finishedRound(round, fitted);
    return last && round.final ? [] : runningRound(round, fitted);
  });
  return [header, ...rounds, ...(last ? [] : momentary(state, rounds.length, fitted))];
}

/** What the last frame does not keep: the newest conclusions and warning, and the clock. */
function momentary(state: ViewState, above: number, options: FrameOptions): string[] {
  const { columns, rows, paint } = options;
  const note = state.notes.at(-1);
  const notes = note === undefined ? [] : [paint("yellow", truncate(`! ${oneLine(note)}`, columns))];
  const status = paint("dim", truncate(statusText(state, options), columns));
  const current = state.rounds.findLast(({ receipt }) => !receipt);
  const room = rows - 3 - above - notes.length;
  const conclusions = current ? latestConclusions(current, { ...options, room }) : [];
  return [...conclusions, ...notes, status];
}

function headerText({ widths, modelId, resumed }: ViewState): string {
  return `PaCoRe ${widthsText(widths)} · ${modelId}${resumed ? " · resumed" : ""}`;
}

function statusText(state: ViewState, { now, tokensPerSecond }: FrameOptions): string {
  const parts = [shortDuration(Math.floor((now - state.startedAt) / 100) * 100)];
  parts.push(`TTC ${shortCount(totalTokens(state))} tokens`);
  const running = state.rounds.some(({ receipt }) => !receipt);
  if (running && tokensPerSecond >= 0.5) parts.push(`${shortCount(Math.round(tokensPerSecond))} tokens/s`);
  return parts.join(" · ");
}

const roundName = ({ round, final }: RoundState) => (final ? "answer " : `round ${round}`);

/** "✓ round 1  32 of 32 · 6% agree · 12k tokens · 2.1s", and what was said more than once. */
function finishedRound(round: RoundState, { columns, paint }: FrameOptions): string[] {
  const { receipt, agreement = 0, final } = round;
  const whole = receipt?.effectiveWidth === receipt?.width;
  const parts = [
    ...(final ? [] : [`${receipt?.effectiveWidth} of ${receipt?.width}`]),
    ...(final ? [] : [`agreement ${percent(agreement)}`]),
    `${shortCount(roundTokens(round))} tokens`,
    shortDuration(receipt?.wallMs ?? 0),
    ...problems(round),
  ];
  const text = truncate(`${roundName(round)}  ${parts.join(" · ")}`, columns - 2);
  const mark = whole ? paint("green", "✓") : paint("yellow", "!");
  const groups = [...round.groups.values()].filter(({ count }) => count > 1);
  const most = groups.sort((a, b) => b.count - a.count).slice(0, final ? 0 : MOST_GROUPS);
  const quoted = most.map(({ text, count }) => {
    const times = `${count}×`.padStart(5);
    return paint("dim", truncate(`${times} ${oneLine(text)}`, columns));
  });
  return [`${mark} ${text}`, ...quoted];
}

function runningRound(round: RoundState, options: FrameOptions): string[] {
  const { columns, paint } = options;
  const done = round.cells.filter((cell) => cell === "finished").length;
  const parts = [
    ...(round.final ? [answerStage(round)] : [`${done} of ${round.cells.length}`]),
    ...agreementSoFar(round),
    `${shortCount(roundTokens(round))} tokens`,
    ...problems(round),
  ];
  const text = truncate(`${roundName(round)}  ${parts.join(" · ")}`, columns - 2);
  const cells = round.final ? [] : grid(round.cells, options);
  return [`${paint("cyan", "●")} ${text}`, ...cells];
}

function answerStage({ streamed, running }: RoundState): string {
  if (streamed.text > 0) return "writing";
  return streamed.reasoning > 0 || running.size > 0 ? "thinking" : "waiting";
}

function agreementSoFar({ groups, conclusions }: RoundState): string[] {
  if (conclusions.length < 2) return [];
  let most = 0;
  for (const { count } of groups.values()) most = Math.max(most, count);
  return [`agreement ${percent(most / conclusions.length)}`];
}

function problems({ retries, cells, replayed }: RoundState): string[] {
  const count = (wanted: Cell) => cells.filter((cell) => cell === wanted).length;
  const figures: [number, string][] = [
    [retries, retries === 1 ? "retry" : "retries"],
    [count("lost"), "lost"],
    [count("cut-off"), "cut off"],
    [count("cancelled"), "cancelled"],
    [replayed, "from the journal"],
  ];
  return figures.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
}

const GLYPHS: Record<Cell, { glyph: string; style: Parameters<Paint>[0] }> = {
  finished: { glyph: "●", style: "green" },
  running: { glyph: "○", style: "cyan" },
  retrying: { glyph: "↻", style: "yellow" },
  "cut-off": { glyph: "◐", style: "yellow" },
  lost: { glyph: "✗", style: "red" },
  cancelled: { glyph: "–", style: "dim" },
  waiting: { glyph: "·", style: "dim" },
};

/** One mark a trajectory; if that is too many, one mark for several: the share of each kind. */
function grid(cells: readonly Cell[], { columns, paint }: FrameOptions): string[] {
  const perRow = columns - 4;
  const shown = cells.length <= perRow * MOST_GRID_ROWS ? [...cells] : scaled(cells, perRow);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += perRow) {
    lines.push(`    ${painted(shown.slice(at, at + perRow), paint)}`);
  }
  return lines;
}

const ORDER: readonly Cell[] = ["finished", "cut-off", "lost", "cancelled", "retrying", "running", "waiting"];

function scaled(cells: readonly Cell[], marks: number): Cell[] {
  const sorted = cells.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return Array.from({ length: marks }, (_, i) => sorted[Math.floor((i * sorted.length) / marks)] as Cell);
}

/** Neighbours of one kind share their colour codes, so that a wide round stays cheap to draw. */
function painted(cells: readonly Cell[], paint: Paint): string {
  let line = "";
  for (let at = 0; at < cells.length; ) {
    const cell = cells[at] as Cell;
    let end = at;
    while (end < cells.length && cells[end] === cell) end++;
    const { glyph, style } = GLYPHS[cell];
    line += paint(style, glyph.repeat(end - at));
    at = end;
  }
  return line;
}

function latestConclusions(round: RoundState, { columns, room, paint }: FrameOptions & { room: number }) {
  const count = Math.max(0, Math.min(MOST_CONCLUSIONS, room));
  const latest = count === 0 ? [] : round.conclusions.slice(-count);
  return latest.map((text) => paint("dim", truncate(`    ${oneLine(text)}`, columns)));
}
