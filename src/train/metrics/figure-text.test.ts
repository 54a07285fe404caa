import { expect, test } from "vitest";
import { durationText, figureText } from "./figure-text.ts";

test.each([
  [0.1234, "percent", "12.3%"],
  [1, "percent", "100.0%"],
  [-0.5, "percent", "−50.0%"],
  [9808, "count", "9808"],
  [58_830, "count", "58.83k"],
  [17_690_000, "count", "17.69M"],
  [-2_500_000_000, "count", "−2.5G"],
  [0.012345, "number", "0.0123"],
  [-0.00066, "number", "−6.6e−4"],
  [2.5e-7, "number", "2.5e−7"],
  [123.456, "number", "123"],
  [0, "number", "0"],
] as const)("%d as %s is %s", (value, format, text) => {
  expect(figureText(value, format)).toBe(text);
});

test("what was not measured is a dash", () => {
  for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
    expect(figureText(value, "percent")).toBe("–");
});

test("seconds are written as long as they are", () => {
  expect([0, 6.04, 59.99, 375, 3599.6, 7265].map(durationText)).toEqual([
    "0 s",
    "6 s",
    "1 min 0 s",
    "6 min 15 s",
    "1 h 0 min",
    "2 h 1 min",
  ]);
});
