import { expect, test } from "vitest";
import { trainingLines } from "./train.ts";

const step = (number: number) => ({
  type: "step" as const,
  step: number,
  steps: 100,
  loss: { solo: 0.5, aggregation: 0.25 },
  learningRate: 0.001,
  gradientNorm: 1,
  tokens: 2000,
  seconds: 0.5,
});

test("every 25th step is a line with losses, speed and the time that is left", () => {
  const lines = trainingLines();
  const start = { type: "start", step: 0, steps: 100, parameters: 464_512, executor: "wasm" } as const;
  expect(lines(start)).toEqual(["465k parameters, 100 steps"]);
  const told = Array.from({ length: 50 }, (_, i) => lines(step(i + 1))).flat();
  expect(told).toEqual([
    "step 25/100  loss solo 0.500, aggregation 0.250  4.0k tokens/s  37.5s left",
    "step 50/100  loss solo 0.500, aggregation 0.250  4.0k tokens/s  25.0s left",
  ]);
});

test("after a resume the time left goes by the steps of this life", () => {
  const lines = trainingLines();
  lines({ type: "start", step: 74, steps: 100, parameters: 1 });
  expect(lines(step(75))[0]).toContain("12.5s left");
});

test("the check is a verdict a bar, then what coordination gains and does not gain yet", () => {
  const bar = { name: "digits of worked parts right", value: 0.98, low: 0.99, high: 1, holds: false };
  const figures = { single: 0.035, majority: 0.1, synthesis: 0.02, aggregation: 0.9, plurality: 1 };
  const single = { right: 0.035, workedDigitsRight: 0.98, unworkedDigitsRight: 0.1, wellFormed: 1 };
  const told = trainingLines()({
    type: "check",
    check: {
      problems: 512,
      single,
      withReferences: single,
      audit: { ...single, disputedFirst: 0.9 },
      aggregation: [],
    },
    bars: [bar, { ...bar, name: "guessed", value: 0.1, low: 0.08, high: 0.13, holds: true }],
    demonstration: { problems: 128, width: 32, ...figures },
  });
  expect(told.slice(0, 3)).toEqual([
    "FAIL  digits of worked parts right: 98.0 % (at least 99.0 %)",
    "PASS  guessed: 10.0 % (8.0 % to 13.0 %)",
    "right, of 128 problems with a first round of 32:",
  ]);
  expect(told.at(-1)).toMatch(/plurality .* 100\.0 %$/);
});
