import { expect, test } from "vitest";
import type { CoordinationEvent } from "../../core/events.ts";
import type { CoordinateOptions } from "../../core/options.ts";
import { solve } from "../../core/solve.ts";
import { type Script, scriptedModel } from "../../testing/scripted-model.ts";
import { frame } from "./frame.ts";
import { colourPaint, plainPaint } from "./paint.ts";
import { createViewState, observe, type ViewState } from "./state.ts";
import { displayWidth } from "./text.ts";

/** The events of a real run. */
async function eventsOf(script: Script, options: CoordinateOptions): Promise<CoordinationEvent[]> {
  const events: CoordinationEvent[] = [];
  const onEvent = (event: CoordinationEvent) => events.push(event);
  await solve(scriptedModel(script), "6 × 7?", { retryDelayMs: 0, ...options, onEvent }).catch(() => {});
  return events;
}

function stateAfter(events: readonly CoordinationEvent[]): ViewState {
  const state = createViewState(0);
  for (const event of events) observe(state, event, 0);
  return state;
}

const SIZE = { columns: 80, rows: 24, now: 2500, tokensPerSecond: 12, paint: plainPaint, last: false };

/** Up to the first event of a kind. */
const until = (events: CoordinationEvent[], type: CoordinationEvent["type"], count = 1) => {
  const at = events.map((event, i) => (event.type === type ? i : -1)).filter((i) => i >= 0);
  return events.slice(0, (at[count - 1] ?? events.length) + 1);
};

test("a finished run is a line a round, with what was said more than once", async () => {
  const events = await eventsOf(({ number }) => (number === 2 ? "41" : "It is 42."), { widths: [4, 2] });
  const lines = frame(stateAfter(events), { ...SIZE, last: true }).map((line) =>
    line.replace(/\d+ms/, "Nms"),
  );
  expect(lines).toEqual([
    "PaCoRe [4, 2] · scripted",
    "✓ round 1  4 of 4 · agreement 75% · 10 tokens · Nms",
    "   3× It is 42.",
    "✓ round 2  2 of 2 · agreement 100% · 6 tokens · Nms",
    "   2× It is 42.",
    "✓ answer   3 tokens · Nms",
  ]);
});

test("a round under way shows its trajectories, its conclusions, and the clock", async () => {
  const events = await eventsOf(({ number }) => `It is ${number}.`, { widths: [4] });
  const lines = frame(stateAfter(until(events, "trajectory-end", 2)), SIZE);
  expect(lines).toEqual([
    "PaCoRe [4] · scripted",
    "● round 1  2 of 4 · agreement 50% · 6 tokens",
    "    ●●○○",
    "    It is 0.",
    "    It is 1.",
    "2.5s · TTC 6 tokens · 12 tokens/s",
  ]);
});

test("failures and what became of them are visible", async () => {
  const script: Script = ({ number }) => (number === 0 ? { error: new Error("no key") } : `It is ${number}.`);
  const events = await eventsOf(script, { widths: [3], maxRetries: 0 });
  const lines = frame(stateAfter(until(events, "trajectory-lost")), SIZE);
  expect(lines[1]).toContain("1 lost");
  expect(lines[2]).toMatch(/^ {4}✗/);
  expect(lines.join("\n")).toContain("! round 1: a trajectory was lost, no key");
});

test.each([10, 24, 40, 80, 200])("no line is wider than a terminal of %d columns", async (columns) => {
  const long = "漢字 and 👩‍👩‍👧‍👦 ".repeat(30);
  const events = await eventsOf(({ number }) => `${long}${number % 3}`, { widths: [150, 4] });
  for (let count = 1; count <= events.length; count += 40) {
    for (const line of frame(stateAfter(events.slice(0, count)), { ...SIZE, columns })) {
      expect(displayWidth(line)).toBeLessThan(Math.max(columns, 11));
    }
  }
});

test("a frame leaves room on a low terminal", async () => {
  const events = await eventsOf(({ number }) => `It is ${number}.`, { widths: [32, 4] });
  const lines = frame(stateAfter(until(events, "trajectory-end", 20)), { ...SIZE, rows: 8 });
  expect(lines.length).toBeLessThan(8);
});

test("4096 trajectories are a bar of one row", async () => {
  const state = stateAfter([
    { type: "run-start", runId: "r", modelId: "m", widths: [4096], seed: 0, resumed: false },
    { type: "round-start", round: 1, width: 4096, final: false, messages: 0, promptTokens: 1 },
  ]);
  state.rounds[0]?.cells.fill("finished", 0, 2048);
  const bar = frame(state, SIZE)[2]?.trim() ?? "";
  expect(bar).toMatch(/^●+·+$/);
  expect(bar.indexOf("·") / bar.length).toBeCloseTo(0.5, 1);
});

test("a model's control characters do not reach the terminal", async () => {
  const events = await eventsOf(() => "\u001b[2J\u001b]0;title\u0007 42 \r", { widths: [2] });
  expect(frame(stateAfter(events), SIZE).join("\n")).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("with colours the words are the same", async () => {
  const events = await eventsOf(() => "42", { widths: [4] });
  const state = stateAfter(events);
  const coloured = frame(state, { ...SIZE, paint: colourPaint }).join("\n");
  expect(coloured).toContain("\u001b[");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are such
  expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(frame(state, SIZE).join("\n"));
});
