import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { exampleEvaluation, exampleIteration } from "../../train/metrics/example-metrics.ts";
import type { TrainEvent } from "../../train/train.ts";
import { colourPaint, plainPaint } from "./paint.ts";
import { displayWidth } from "./text.ts";
import { trainFrame } from "./train-frame.ts";
import { createTrainState, observeTraining, type TrainState } from "./train-state.ts";

const PLAN = { name: "lab", stage1Iterations: 6, stage2Iterations: 4 };
const SIZE = { columns: 80, rows: 24, now: 30_000, paint: plainPaint };

/** An event every ten seconds, from 0. */
function stateAfter(events: readonly TrainEvent[], plan = PLAN): TrainState {
  const state = createTrainState(plan, 0);
  for (const [i, event] of events.entries()) observeTraining(state, event, i * 10_000);
  return state;
}

const STAGE: TrainEvent = { type: "stage", stage: 1, iterations: 6, problems: 812, of: 1000 };
const iteration = (number: number, over = {}): TrainEvent => ({
  type: "iteration",
  metrics: exampleIteration(number, over),
});

test("a run under way, on eighty columns", () => {
  const events = [
    STAGE,
    iteration(1, { reward: 0 }),
    iteration(2, { reward: 0.5, coverage: 0.375 }),
    { type: "evaluation", metrics: exampleEvaluation(2) },
    { type: "checkpoint", stage: 1, iteration: 2, path: "runs/lab/stage-1" },
  ] satisfies TrainEvent[];
  expect(trainFrame(stateAfter(events), SIZE)).toEqual([
    "PaCoRe training lab · stage 1 · iteration 2 of 10 · 812 problems",
    `${"━".repeat(8)}${"─".repeat(32)} 20% · 30.0s · 1m10s left`,
    "reward     50.0%  ▁█",
    "responses  entropy 0.5 · KL 0.0125 · 57.5 tokens · cut off 3.1%",
    "references emergent 12.5% · solipsism 87.5% · coverage alone 37.5%",
    "learning   gradient 0.5 · ratio off by 2.5e−7 · critic explains 75.0%",
    "           value loss 0.0625",
    "speed      6000 tokens/s · 10.0s an iteration · sampling 50% · policy 30%",
    "           critic 10% · advantages 5% · scoring 3% · other 3%",
    "held out   after 2: single 6.3% ± 1.0 · [4] 50.0% ± 2.0",
    "checkpoint runs/lab/stage-1",
  ]);
});

test("before anything has happened there is a bar at nothing and no time left", () => {
  const lines = trainFrame(stateAfter([]), { ...SIZE, now: 2500 });
  expect(lines).toEqual(["PaCoRe training lab · iteration 0 of 10", `${"─".repeat(40)} 0% · 2.0s`]);
});

test("a recipe without iterations is no division by zero", () => {
  const lines = trainFrame(stateAfter([STAGE], { ...PLAN, stage1Iterations: 0, stage2Iterations: 0 }), SIZE);
  expect(lines[1]).toContain("0% · 30.0s");
});

test("after one iteration the time left goes by its own seconds, and a resumed run by what is still to do", () => {
  const lines = trainFrame(stateAfter([STAGE, { type: "begin", stage: 1, iteration: 7 }, iteration(8)]), {
    ...SIZE,
    now: 20_000,
  });
  expect(lines[1]).toContain("80% · 20.0s · 20.0s left");
});

test("one stage alone ends with its own last iteration", () => {
  const plan = { ...PLAN, stages: [1] };
  expect(trainFrame(stateAfter([STAGE, iteration(3)], plan), SIZE)[0]).toContain("iteration 3 of 6");
});

test("between the stages the problems that are measured are counted", () => {
  const lines = trainFrame(stateAfter([STAGE, { type: "measure", done: 12, problems: 812 }]), SIZE);
  expect(lines).toContain("measuring 12 of 812 problems for stage 2");
});

test("what is no number is a dash, or a gap in the course", () => {
  const bad = { entropy: Number.NaN, valueLoss: Number.POSITIVE_INFINITY };
  const events = [
    STAGE,
    iteration(1),
    iteration(2, { reward: Number.NaN }),
    iteration(3, { ...bad, reward: 0.5 }),
  ];
  const text = trainFrame(stateAfter(events), SIZE).join("\n");
  expect(text).toContain("entropy –");
  expect(text).toContain("value loss –");
  expect(text).toContain("50.0%  ▁ █");
  expect(text).not.toMatch(/NaN|Infinity/);
});

const FULL = [
  STAGE,
  ...Array.from({ length: 300 }, (_, i) =>
    iteration(i + 1, { reward: i / 300, crossChecking: 0.5, soloReward: 0.5, unscored: 3 }),
  ),
  {
    type: "evaluation",
    metrics: exampleEvaluation(300, {
      accuracy: Object.fromEntries(
        Array.from({ length: 12 }, (_, i) => [`漢字 method ${i}`, { value: 0.5, error: 0.02 }]),
      ),
    }),
  },
  { type: "checkpoint", stage: 1, iteration: 300, path: `/very/${"long/".repeat(60)}path` },
] satisfies TrainEvent[];

test.each([10, 24, 40, 80, 200, 1000])("no line is wider than a terminal of %d columns", (columns) => {
  const state = stateAfter(FULL, { ...PLAN, stage1Iterations: 300 });
  for (const line of trainFrame(state, { ...SIZE, columns, rows: 60 }))
    expect(displayWidth(line)).toBeLessThan(Math.max(columns, 11));
});

test("a frame leaves room on a low terminal", () => {
  expect(trainFrame(stateAfter(FULL), { ...SIZE, rows: 6 })).toHaveLength(5);
});

test("with colours the words are the same", () => {
  const state = stateAfter(FULL);
  const coloured = trainFrame(state, { ...SIZE, paint: colourPaint }).join("\n");
  expect(coloured).toContain("\u001b[");
  expect(stripVTControlCharacters(coloured)).toBe(trainFrame(state, SIZE).join("\n"));
});
