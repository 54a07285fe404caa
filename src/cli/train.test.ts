import { expect, test } from "vitest";
import { trainingLines } from "./train.ts";
import { barsOf } from "./train-check.ts";

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
  expect(lines(start)).toEqual(["465k parameters, 100 steps on wasm"]);
  const told = Array.from({ length: 50 }, (_, i) => lines(step(i + 1))).flat();
  expect(told).toEqual([
    "step 25/100  loss solo 0.500, aggregation 0.250  4.0k tokens/s  37.5s left",
    "step 50/100  loss solo 0.500, aggregation 0.250  4.0k tokens/s  25.0s left",
  ]);
});

test("after a resume the time left goes by the steps of this life", () => {
  const lines = trainingLines();
  lines({ type: "start", step: 74, steps: 100, parameters: 1, executor: "wasm" });
  expect(lines(step(75))[0]).toContain("12.5s left");
});

const check = {
  problems: 512,
  single: { right: 0.035, workedDigitsRight: 0.995, unworkedDigitsRight: 0.1, wellFormed: 1 },
  withReferences: { right: 0.04, workedDigitsRight: 0.99, unworkedDigitsRight: 0.16 },
  aggregation: [],
};

test("a start policy that works its parts and guesses the others passes", () => {
  expect(barsOf(check).every(({ ok }) => ok)).toBe(true);
});

test("one that cheats, or reads its references, does not", () => {
  const cheating = { ...check, single: { ...check.single, unworkedDigitsRight: 0.6 } };
  expect(barsOf(cheating).some(({ ok }) => !ok)).toBe(true);
  const reading = { ...check, withReferences: { ...check.withReferences, unworkedDigitsRight: 0.8 } };
  expect(barsOf(reading).some(({ ok }) => !ok)).toBe(true);
});
