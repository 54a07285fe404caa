import { expect, test } from "vitest";
import { parseNumber } from "./parse-number.ts";

test.each([
  ["500", 500],
  ["500k", 500_000],
  ["1.5M", 1_500_000],
  ["2e3", 2000],
])("%s is read as %d", (text, value) => {
  expect(parseNumber({ least: 1, integer: true })(text)).toBe(value);
});

test.each(["", "x", "0", "-1", "1.5", "1kk", "0x10", "NaN", "Infinity", "99999999999999999999"])(
  "%j is not a count",
  (text) => {
    expect(() => parseNumber({ least: 1, integer: true })(text)).toThrow("Write an integer of at least 1.");
  },
);

test("both bounds are named", () => {
  expect(() => parseNumber({ least: 0, most: 1 })("1.1")).toThrow("Write a number from 0 to 1.");
});
