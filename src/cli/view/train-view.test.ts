import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { exampleEvaluation, exampleIteration } from "../../train/metrics/example-metrics.ts";
import type { TrainEvent } from "../../train/train.ts";
import { trainLines } from "./train-lines.ts";
import { trainView } from "./train-view.ts";

const PLAN = { name: "lab", stage1Iterations: 2, stage2Iterations: 2 };

const EVENTS: TrainEvent[] = [
  { type: "stage", stage: 1, iterations: 2, problems: 812, of: 1000 },
  { type: "begin", stage: 1, iteration: 1 },
  { type: "iteration", metrics: exampleIteration(2, { klToStart: null }) },
  { type: "evaluation", metrics: exampleEvaluation(2) },
  { type: "checkpoint", stage: 1, iteration: 2, path: "runs/lab/stage-1" },
  ...Array.from({ length: 50 }, (_, i): TrainEvent => ({ type: "measure", done: i + 1, problems: 50 })),
  { type: "end", checkpoint: "runs/lab/stage-2" },
];

/** A stream that looks like a terminal, or a file, and what was written to it. */
function output(isTTY: boolean) {
  // A terminal's own way to know its colours, NO_COLOR included.
  const { getColorDepth } = WriteStream.prototype;
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24, getColorDepth });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

async function shown(isTTY: boolean, options: { json?: boolean } = {}): Promise<string> {
  // The cursor is hidden on the process's own stream.
  const hidden = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => hidden.mockRestore());
  const { stream, text } = output(isTTY);
  const view = trainView({ recipe: PLAN, stream, ...options });
  for (const event of EVENTS) view.show(event);
  view.close();
  await new Promise(setImmediate);
  return text();
}

test("into a file goes a line an iteration, and what is worth one beside", () => {
  const lines = trainLines(PLAN, () => 0);
  const told = EVENTS.flatMap(lines);
  expect(told).toEqual([
    "stage 1: 2 iterations on 812 of 1000 problems",
    "going on after iteration 1",
    "2/4  reward 25.0%  entropy 0.5  cut off 3.1%  57.5 tokens  6000 tokens/s  " +
      "10.0s (sampling 50%, policy 30%, critic 10%, advantages 5%, scoring 3%, other 3%)  20.0s left",
    "evaluation after 2, 500 problems: single 6.3% ± 1.0, [4] 50.0% ± 2.0",
    "checkpoint after 2: runs/lab/stage-1",
    ...Array.from({ length: 10 }, (_, i) => `measured ${5 * (i + 1)} of 50 problems for stage 2`),
    "finished: runs/lab/stage-2",
  ]);
});

test("without a terminal there are lines and no control characters", async () => {
  const text = await shown(false);
  expect(text).toMatch(/^stage 1: 2 iterations.*\n/);
  expect(text).toContain("\nfinished: runs/lab/stage-2\n");
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("on a terminal the last frame stays, with the checkpoint that the run ended with", async () => {
  const text = stripVTControlCharacters(await shown(true));
  expect(text.trimEnd()).toMatch(/checkpoint runs\/lab\/stage-2$/);
  expect(text).toContain("held out   after 2: single");
});

test("NO_COLOR takes the colours of the live view away", async () => {
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("FORCE_COLOR", undefined);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are such
  expect(await shown(true)).not.toMatch(/\u001b\[[\d;]*m/);
});

test("as JSON every event is a line, and what is no number is null", async () => {
  const lines = (await shown(false, { json: true })).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(EVENTS);
});
